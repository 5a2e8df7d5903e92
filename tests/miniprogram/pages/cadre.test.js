'use strict'
/** The cadre's queue and desk, on the files that ship. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Typing, LONGEST_PAUSE_MS } = require('../../../miniprogram/app/core/ui/typing_timer')
const { Village, ticket, isBound, error, fine } = require('../village')

const bound = () => {
  const village = new Village()
  village.binding = isBound()
  return village
}
const QUEUE = {
  counts: { todo: 2, late: 1, soon: 0, today: 1, waiting: 0 }, headline: '今天要办的 1 件，其中 1 件已超时', next: null,
  items: [
    ticket({ id: 5, light: { code: 'late', word: '已超时', icon: '■' }, due_text: '超时 3 小时没签收' }),
    ticket({ id: 6, state: 'handling', state_name: '办理中' }),
  ],
}
const ALL = ['ask', 'progress', 'request_extension', 'hand_back', 'reply']

const queue = async (village, answer = QUEUE) => {
  village.answers['GET /cadre/tickets'] = () => fine(answer)
  const phone = await openApp({ path: 'pages/cadre/index', device: { send: village.send } })
  await phone.see(answer.headline)
  return phone
}

const work = async (village, given, device = {}) => {
  village.answers['GET /cadre/tickets/5'] = () => fine(given)
  const phone = await openApp({ path: 'pages/cadre/ticket/index', query: { id: '5' }, device: { send: village.send, ...device } })
  await phone.see('经过')
  return phone
}
const handling = (changes = {}) => ticket({ state: 'handling', state_name: '办理中', may: ALL, version: 4, ...changes })

test('the queue says what today asks for, with lights in words', async () => {
  const phone = await queue(bound())
  assert.ok(phone.text().includes('已超时'))
  assert.ok(phone.text().includes('超时 3 小时没签收'))
})

test('one tap signs', async () => {
  const village = bound()
  const phone = await queue(village)
  village.answers['POST /cadre/tickets/5/signature'] = () => fine(handling())
  assert.equal(phone.all('#sign-6').length, 0)
  phone.tap('#sign-5')
  await phone.until(() => phone.screen.toasts.includes('签收了'))
  assert.deepEqual(village.requests('POST /cadre/tickets/5/signature')[0].data, { version: 3 })
  assert.equal(phone.route, 'pages/cadre/index')
})

test('an empty queue lets the cadre rest', async () => {
  const phone = await queue(bound(), { ...QUEUE, items: [], headline: '手上没有要办的，歇口气', counts: { todo: 0, waiting: 0 } })
  await phone.see('没有要办的，歇口气。')
})

test('the title of the queue tells what is in it', async () => {
  const village = bound()
  const phone = await queue(village)
  village.answers['GET /cadre/tickets'] = () => fine({ ...QUEUE, counts: { ...QUEUE.counts, waiting: 4 } })
  phone.tap('#view-waiting')
  await phone.see('等村民回话的 4 件')
  phone.tap('#view-done')
  await phone.see('办完的，新的在前')
})

test('the tabs ask for their own view', async () => {
  const village = bound()
  const phone = await queue(village)
  phone.tap('#view-waiting')
  await phone.until(() => village.requests('GET /cadre/tickets').some((one) => one.search.get('view') === 'waiting'))
})

test('what may be done decides what is offered', async () => {
  for (const [may, tasks] of [[ALL, ['reply', 'progress', 'question', 'extension', 'return']], [['sign', 'hand_back'], ['return']], [[], []]]) {
    const phone = await work(bound(), handling({ may }))
    assert.deepEqual(phone.data.tasks.map((one) => one.code), tasks)
    assert.equal(phone.all('#work-sign').length, may.includes('sign') ? 1 : 0)
  }
})

test('a reply carries its result, its proof and the seconds of typing', async () => {
  const village = bound()
  village.answers['POST /cadre/tickets/5/reply'] = () => fine(handling({ state: 'answered', state_name: '已答复', may: [] }))
  const phone = await work(village, handling(), {
    chooseMedia: async () => ({ tempFiles: [{ tempFilePath: 'wxfile://p.jpg' }] }),
    upload: async () => ({ statusCode: 201, data: JSON.stringify({ id: 31 }) }),
  })
  phone.tap('#task-reply')
  phone.type('#work-words', '灯泡换好了')
  phone.tap('#photo-add')
  await phone.until(() => phone.data.proofs.length === 1 && phone.data.proofs[0].state === 'sent')
  phone.tap('#work-cannot')
  await phone.until(() => phone.screen.toasts.includes('答复了'))
  const { typing_seconds: seconds, ...sent } = village.requests('POST /cadre/tickets/5/reply')[0].data
  assert.deepEqual(sent, { version: 4, words: '灯泡换好了', result: 'cannot', file_ids: [31] })
  assert.equal(typeof seconds, 'number')
})

test('long pauses are no typing', () => {
  const typing = new Typing()
  for (const at of [1000, 3000, 5000, 5000 + LONGEST_PAUSE_MS + 1, 5000 + LONGEST_PAUSE_MS + 3001]) typing.note(at)
  assert.equal(typing.seconds(), 7)
})

test('ready words go into the box and can be searched', async () => {
  const village = bound()
  village.answers['GET /cadre/tickets/5/replies'] = ({ search }) => fine({
    templates: search.get('q') ? [] : [{ id: 1, title: '路灯已修', words: '路灯已经修好，今晚就亮。' }],
    past: search.get('q') ? [{ number: '1', words: '换过灯泡', on: '2026-10-01' }] : [],
  })
  const phone = await work(village, handling())
  phone.tap('#task-reply')
  phone.tap('#work-replies')
  await phone.see('路灯已修')
  phone.type('#work-search', '灯泡')
  await phone.see('换过灯泡')
  phone.type('#work-search', '')
  await phone.see('路灯已修')
  phone.tap('#template-1')
  assert.equal(phone.data.words, '路灯已经修好，今晚就亮。')
})

test('a draft of the reply survives', async () => {
  const village = bound()
  const phone = await work(village, handling())
  phone.tap('#task-progress')
  phone.type('#work-words', '配件在路上')
  const again = await work(village, handling(), { storage: phone.storage })
  await again.until(() => again.data.words === '配件在路上')
  assert.equal(again.data.task.code, 'progress')
})

test('somebody was quicker: the words stay, the newest state is shown', async () => {
  const village = bound()
  village.answers['POST /cadre/tickets/5/progress'] = () => error(409, 'ticket_moved', '这件事刚才已有人办了一步，请看最新情况再办')
  const phone = await work(village, handling())
  phone.tap('#task-progress')
  phone.type('#work-words', '配件在路上')
  village.answers['GET /cadre/tickets/5'] = () => fine(handling({ version: 5, state_name: '办理中' }))
  phone.tap('#work-send')
  await phone.see('刚才已有人办了一步')
  await phone.until(() => phone.data.ticket.version === 5)
  assert.equal(phone.data.words, '配件在路上')
})

test('an extension takes days and a reason', async () => {
  const village = bound()
  village.answers['POST /cadre/tickets/5/extension'] = () => fine(handling({ extension: { state: 'pending', days: 3, reason: '等配件', note: null } }))
  const phone = await work(village, handling())
  phone.tap('#task-extension')
  phone.tap('#work-send')
  await phone.see('请写几句')
  phone.type('#work-words', '等配件')
  assert.deepEqual(phone.data.extensions, [1, 3, 5, 10, 15])
  phone.tap('#days-10')
  phone.tap('#work-send')
  await phone.see('延期 3 天，等县里批')
  assert.equal(village.requests('POST /cadre/tickets/5/extension')[0].data.days, 10)
})

test('a template with a blank is not sent', async () => {
  const village = bound()
  village.answers['POST /cadre/tickets/5/progress'] = () => fine(handling())
  const phone = await work(village, handling())
  phone.tap('#task-progress')
  phone.type('#work-words', '预计【】日前办好，到时【 】告诉您')
  phone.tap('#work-send')
  await phone.see('还有 2 处【】没有填')
  assert.equal(village.requests('POST /cadre/tickets/5/progress').length, 0)
  phone.type('#work-words', '预计【12月8】日前办好，到时告诉您')
  phone.tap('#work-send')
  await phone.until(() => village.requests('POST /cadre/tickets/5/progress').length === 1)
})

test('held words are not shown', async () => {
  const phone = await work(bound(), handling({ words: null, words_state: 'moderated' }))
  assert.ok(phone.text().includes('核定后才能看到'))
})

test('home shows the queue to cadres and to nobody else', async () => {
  const village = bound()
  village.answers['GET /cadre/tickets'] = () => fine(QUEUE)
  const plain = await openApp({ path: 'pages/home/index', device: { send: village.send } })
  await plain.see('81.25')
  assert.equal(plain.all('#home-queue').length, 0)
  village.answers['GET /me'] = () => fine({ binding: isBound(), roles: [{ role: 'cadre', region_id: 11, region_name: '西村' }] })
  const phone = await openApp({ path: 'pages/home/index', device: { send: village.send } })
  await phone.see('今天要办的 1 件')
})

const DEEDS = {
  village: '西村', rules: [{ id: 3, label: '参加村民会议', amount: 10 }],
  people: [{ number: 554400000054, name: '', group_name: '二组', household: '12 号', }, { number: 554400000055, name: '', group_name: null, household: null }],
  items: [{ id: 1, label: '参加村民会议', note: '选代表', happened_on: '2026-11-08', people: 9, state: 'refused', decision_note: '没有签到表' }],
}
const deedPage = async (answers = {}) => {
  const village = bound()
  Object.assign(village.answers, { 'GET /cadre/deeds': () => fine(DEEDS), ...answers })
  const phone = await openApp({ path: 'pages/cadre/deed/index', device: { send: village.send } })
  await phone.see('谁参加了')
  return { phone, village }
}

test('who took part is ticked, and another person confirms', async () => {
  const sent = { ...DEEDS, items: [{ ...DEEDS.items[0], id: 2, state: 'waiting', decision_note: null }] }
  const { phone, village } = await deedPage({ 'POST /cadre/deeds': () => fine(sent, 201) })
  assert.ok(phone.text().includes('✕ 没通过：没有签到表'))
  phone.tap('#rule-3')
  phone.tap('#day-1')
  phone.type('#deed-note', '村民代表会')
  phone.tap('#choice-554400000054')
  await phone.see('已选 1 人')
  phone.tap('#deed-send')
  await phone.see('等另一个人确认')
  const { data } = village.requests('POST /cadre/deeds')[0]
  assert.deepEqual([data.rule_id, data.note, data.people], [3, '村民代表会', [554400000054]])
  assert.equal(data.happened_on, phone.data.days[1].day)
})

test('people are found by name, household and number, a household is ticked at once', async () => {
  const people = [
    { number: 554400000061, name: '李秀英', group_name: '二组', household: '12 号' },
    { number: 554400000062, name: '李建国', group_name: '二组', household: '12 号' },
    { number: 554400000063, name: '王芳', group_name: '一组', household: '3 号' },
  ]
  const { phone, village } = await deedPage({ 'GET /cadre/deeds': () => fine({ ...DEEDS, people }), 'POST /cadre/deeds': () => fine(DEEDS, 201) })
  const left = () => phone.data.found.map((/** @type {any} */ one) => one.id)
  for (const [words, numbers] of [['王', [63]], ['二组 建国', [62]], ['0063', [63]], ['没有这个人', []], ['12', [61, 62]]]) {
    phone.type('#deed-search', words)
    assert.deepEqual(left(), numbers.map((number) => 554400000000 + number), words)
  }
  phone.tap('#home-0')
  await phone.see('已选 2 人')
  await phone.see('李秀英 0061、李建国 0062')
  phone.type('#deed-search', '王芳')
  phone.tap('#choice-554400000063')
  await phone.see('已选 3 人')
  phone.tap('#rule-3')
  phone.type('#deed-note', '村民代表会')
  phone.tap('#deed-send')
  await phone.until(() => village.requests('POST /cadre/deeds').length === 1)
  assert.equal(village.requests('POST /cadre/deeds')[0].data.people.length, 3)
})

test('what is missing is said, and what the server refuses too', async () => {
  const refusal = { statusCode: 422, data: { code: 'invalid_input', message: '填写的内容有问题', errors: { people: ['这些积分号不是本村的：554400000054'] },
    request_id: 'r' } }
  const { phone, village } = await deedPage({ 'POST /cadre/deeds': () => refusal })
  phone.tap('#deed-send')
  await phone.see('请选是什么事')
  phone.tap('#rule-3')
  phone.tap('#deed-send')
  await phone.see('请写清楚是什么事')
  phone.type('#deed-note', '村民代表会')
  phone.tap('#deed-send')
  await phone.see('请选参加的人')
  assert.equal(village.requests('POST /cadre/deeds').length, 0)
  phone.tap('#choice-554400000054')
  phone.tap('#deed-send')
  await phone.see('这些积分号不是本村的')
})

const DAY_MS = 86400000
const later = (days) => new Date(Date.now() + days * DAY_MS).toISOString()

test('what is due today comes first, the days after under a heading of their own', async () => {
  const items = [
    ticket({ id: 5, light: { code: 'late', word: '已超时', icon: '■' }, next_due_at: later(-1) }),
    ticket({ id: 6, state: 'handling', next_due_at: later(2) }), ticket({ id: 7, state: 'handling', next_due_at: later(3) }),
  ]
  const phone = await queue(bound(), { ...QUEUE, items })
  assert.deepEqual(phone.data.items.map((item) => [item.heading, item.leads]), [['', '去接手'], ['后面几天', '去答复'], ['', '去答复']])
  await phone.see('办完这 1 件，今天就清了。')
})

test('the queue names the villages of its reader', async () => {
  const village = bound()
  village.answers['GET /me'] = () => fine({ binding: null, roles: [{ role: 'cadre', region_id: 11, region_name: '仁合村' }] })
  const phone = await queue(village)
  await phone.see('仁合村 村干部')
})

const asks = (village) => {
  village.answers['GET /me/subscriptions'] = () => fine({ templates: [{ key: 'ticket_moved', template_id: 'T1', words: '' }] })
  village.answers['POST /me/subscriptions'] = () => fine('', 204)
}

test('signing and answering ask for leave to send the next message', async () => {
  const village = bound()
  asks(village)
  village.answers['POST /cadre/tickets/5/reply'] = () => fine(ticket({ state: 'answered' }))
  village.answers['GET /cadre/tickets/5/replies'] = () => fine({ templates: [], past: [] })
  const phone = await work(village, handling())
  await phone.until(() => village.requests('GET /me/subscriptions').length > 0)
  phone.tap('#task-reply')
  phone.type('#work-words', '灯泡换好了')
  phone.tap('#work-done')
  await phone.until(() => phone.screen.toasts.includes('答复了'))
  assert.deepEqual(village.requests('POST /me/subscriptions')[0].data, { accepted: ['ticket_moved'] })
})

test('a cadre who refuses messages signs all the same', async () => {
  const village = bound()
  asks(village)
  village.answers['POST /cadre/tickets/5/signature'] = () => fine(handling())
  const phone = await work(village, ticket({ may: ['sign'] }), { askToSubscribe: async () => { throw new Error('fail') } })
  await phone.until(() => village.requests('GET /me/subscriptions').length > 0)
  phone.tap('#work-sign')
  await phone.until(() => phone.screen.toasts.includes('签收了'))
  assert.equal(village.requests('POST /me/subscriptions').length, 0)
})

test('a template lies one tap away, and its blanks are counted while they are filled', async () => {
  const village = bound()
  village.answers['GET /cadre/tickets/5/replies'] = () => fine({ templates: [{ id: 3, title: '已修好', words: '【】今天到了，【】。' }], past: [] })
  const phone = await work(village, handling())
  phone.tap('#task-reply')
  await phone.until(() => phone.all('#use-3').length === 1)
  phone.tap('#use-3')
  await phone.see('还差 2 处空')
  phone.type('#work-words', '老李今天到了，【】。')
  await phone.see('还差 1 处空')
  phone.type('#work-words', '老李今天到了，路通了。')
  await phone.until(() => phone.all('#work-blanks').length === 0)
})
