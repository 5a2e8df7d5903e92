'use strict'
/** Letters without a name: sealed, kept, re-sent word for word until safe, and gone. */
const assert = require('node:assert/strict')
const { before, test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { County, phoneWithBallots, KEYS, ANONYMOUS, INBOX, unpad, error, fine } = require('../county')
const { Mortal, purseOf, ballotsOf, partsOf } = require('../mortal')
const { isSigned, context } = require('../../../miniprogram/app/core/anonymous/blind')
const { fromBase64, fromHex, join } = require('../../../miniprogram/app/core/bytes')

const SECRET = '水站老是停水'
const county = () => new County()
/** A phone's storage with this month's ballots on it; each test starts from a copy. */
let prepared

before(async () => { prepared = await phoneWithBallots() })

const copy = () => new Mortal(new Map(prepared))
const open = (path, own, mortal, device = {}) =>
  openApp({ path, device: own.device({ storage: mortal.storage, send: mortal.send(own.send), ...device }) })

/** Answers three questions; the last tap seals and sends. */
const fill = async (own, mortal, device) => {
  const phone = await open('pages/survey/index', own, mortal, device)
  await phone.see('最近办事方便吗')
  phone.tap('#level-2')
  phone.tap('#survey-next')
  phone.tap('#option-1')
  phone.tap('#survey-next')
  phone.type('#survey-words', SECRET)
  return phone
}

const answer = async (own, mortal, device) => {
  const phone = await fill(own, mortal, device)
  phone.tap('#survey-send')
  return phone
}

const became = (mortal, own) => purseOf(mortal.storage)?.answered[own.period]
const sent = (own) => own.requests('POST /anon/response')
const relaunch = (own, mortal) => open('pages/home/index', own, mortal)

/** Opened and looked at, until nothing more leaves. */
const opened = async (own, mortal) => {
  const before = own.requests(INBOX).length
  const phone = await relaunch(own, mortal)
  await phone.until(() => own.requests(INBOX).length > before)
  await new Promise((resolve) => { setTimeout(resolve, 50) })
}

test('an answer leaves for the other host, in one size, without anything that names', async () => {
  const own = county()
  const mortal = copy()
  await (await answer(own, mortal)).see('封好，交上去了')
  const [request] = sent(own)
  assert.ok(request.url.startsWith(`${ANONYMOUS}/anon/response`))
  assert.deepEqual(request.header, {})
  assert.deepEqual(Object.keys(request.data).sort(), ['body', 'kid', 'r', 'sig'])
  const { size, content, rest } = unpad(request.data.body, 2)
  assert.equal(size, 2048)
  assert.deepEqual(content, { answers: [1, 1, SECRET] })
  assert.ok(rest.subarray(0, 32).some((byte) => byte !== 0), 'a nonce')
  assert.ok(rest.subarray(32).every((byte) => byte === 0))
})

test('opening the survey asks the known server for one open file, and answering asks it nothing', async () => {
  const own = county()
  const phone = await fill(own, copy())
  assert.deepEqual(own.asked.map((one) => [one.endpoint, one.header]), [[INBOX, {}]])
  phone.tap('#survey-send')
  await phone.see('封好，交上去了')
  assert.deepEqual(own.asked.map((one) => one.endpoint), [INBOX, 'POST /anon/response'])
})

test('T16 much said and nothing said have the same length', async () => {
  const lengths = new Set()
  for (const words of ['', '好'.repeat(200)]) {
    const own = county()
    const phone = await fill(own, copy())
    phone.type('#survey-words', words)
    phone.tap('#survey-send')
    await phone.see('封好，交上去了')
    lengths.add(JSON.stringify(sent(own)[0].data).length)
  }
  assert.equal(lengths.size, 1)
})

test('after a crash the same bytes are sent again, once; when they lie safe nothing of them is left', async () => {
  const own = county()
  const mortal = copy()
  await (await answer(own, mortal)).see('封好，交上去了')
  await opened(own, mortal)
  assert.equal(sent(own).length, 1, 'nobody asks for one answer')
  own.crash()
  await opened(own, mortal)
  await opened(own, mortal)
  assert.equal(sent(own).length, 2)
  own.flush()
  const phone = await relaunch(own, mortal)
  await phone.until(() => became(mortal, own) === 'durable')
  const [first, second] = sent(own)
  assert.deepEqual(second.data, first.data)
  assert.equal(own.spent.size, 1)
  assert.deepEqual([purseOf(mortal.storage).outbox.length, partsOf(mortal.storage).length], [0, 0])
  const left = [...mortal.left.values()].join()
  for (const trace of [first.data.sig, first.data.r, first.data.body.slice(0, 40), SECRET]) assert.ok(!left.includes(trace), trace)
  await (await relaunch(own, mortal)).see('交上去了')
  assert.equal(sent(own).length, 2)
})

test('flushed before the crash, an answer is not sent again', async () => {
  const own = county()
  const mortal = copy()
  await (await answer(own, mortal)).see('封好，交上去了')
  own.flush()
  own.crash()
  own.flush()
  await (await relaunch(own, mortal)).until(() => became(mortal, own) === 'durable')
  assert.equal(sent(own).length, 1)
})

test('two that a crash took leave at two openings: nobody learns that both are one hand\'s', async () => {
  const own = county()
  const mortal = copy()
  await (await answer(own, mortal)).see('封好，交上去了')
  const { outbox } = purseOf(mortal.storage)
  const purse = purseOf(mortal.storage)
  purse.outbox.push({ ...outbox[0], id: 'second' })
  mortal.storage.setItem('purse', JSON.stringify(purse))
  own.crash()
  await opened(own, mortal)
  assert.equal(sent(own).length, 2)
  await opened(own, mortal)
  assert.equal(sent(own).length, 3)
})

test('without the file, or with a page of a hotel in its place, nothing is sent again and nothing deleted', async () => {
  const own = county()
  const mortal = copy()
  await (await answer(own, mortal)).see('封好，交上去了')
  own.crash()
  for (const page of [fine('<html>请登录</html>'), error(503, 'unavailable', '等一下'), fine({ inbox_epochs: null })]) {
    own.answers[INBOX] = () => page
    await opened(own, mortal)
  }
  assert.equal(sent(own).length, 1)
  assert.equal(purseOf(mortal.storage).outbox.length, 1)
})

test('T9 killed between any two steps of answering: one answer', async () => {
  let steps = 0
  for (let isDead = true; isDead; steps += 1) {
    const own = county()
    const mortal = copy()
    const first = await fill(own, mortal)
    mortal.arm(steps)
    first.tap('#survey-send')
    await first.until(() => mortal.isDead || became(mortal, own) === 'kept')
    if (!mortal.isDead) await first.see('封好，交上去了')
    isDead = mortal.isDead
    const next = new Mortal(mortal.left)
    const phone = await open('pages/survey/index', own, next)
    await phone.until(() => became(next, own) === 'kept' || phone.all('#survey-send').length)
    // Nothing had been kept: the draft is still there, and one more tap sends it.
    if (phone.all('#survey-send').length) phone.tap('#survey-send')
    await phone.until(() => became(next, own) === 'kept')
    own.flush()
    await (await relaunch(own, next)).until(() => became(next, own) === 'durable')
    const { outbox } = purseOf(next.storage)
    const ballots = ballotsOf(next.storage, own.period)
    assert.equal(own.spent.size, 1, `one answer after ${steps} steps`)
    assert.deepEqual([outbox.length, ballots.survey, ballots.tickets.length], [0, null, 2])
  }
  assert.ok(steps > 6, `${steps} steps`)
})

test('without a signal the answer is sealed, waits over a restart, and leaves by itself', async () => {
  const own = county()
  const mortal = copy()
  const phone = await fill(own, mortal)
  phone.setOnline(false)
  phone.tap('#survey-send')
  await phone.see('还没传出去')
  assert.equal(sent(own).length, 0)
  const again = await open('pages/survey/index', own, mortal, { online: false })
  await again.see('信号好了自动再传')
  again.setOnline(true)
  await again.see('封好，交上去了')
  assert.equal(sent(own).length, 1)
})

test('tapped twice, it is sent once', async () => {
  const own = county()
  const phone = await fill(own, copy())
  const send = phone.find('#survey-send')
  const tap = () => send.triggerEvent('tap', {}, { bubbles: true, composed: true, capturePhase: true })
  tap()
  tap()
  await phone.see('封好，交上去了')
  assert.equal(own.spent.size, 1)
})

for (const [status, code] of [[429, 'slow_down'], [503, 'closed_for_now'], [200, 'page of a hotel']]) {
  test(`${status} ${code}: it waits and is asked again word for word`, async () => {
    const own = county()
    own.answers['POST /anon/response'] = () => (status === 200 ? fine('<html>请登录</html>') : error(status, code, '等一下'))
    const mortal = copy()
    await (await answer(own, mortal)).see('待发送')
    delete own.answers['POST /anon/response']
    await (await relaunch(own, mortal)).until(() => became(mortal, own) === 'kept')
    const [first, second] = sent(own)
    assert.deepEqual(second.data, first.data)
  })
}

for (const [status, code, words] of [[410, 'closed', '来晚了一步'], [403, 'bad_token', '这张匿名票不对']]) {
  test(`${code} ends in a sentence, and nothing is left on the way`, async () => {
    const own = county()
    own.answers['POST /anon/response'] = () => error(status, code, '')
    const mortal = copy()
    await (await answer(own, mortal)).see(words)
    const { outbox } = purseOf(mortal.storage)
    const ballots = ballotsOf(mortal.storage, own.period)
    assert.deepEqual([outbox, ballots.survey, partsOf(mortal.storage)], [[], null, []])
    await relaunch(own, mortal)
    assert.equal(sent(own).length, 1)
  })
}

test('questions that were changed meanwhile: the token comes back and the villager looks again', async () => {
  const own = county()
  own.answers['POST /anon/response'] = () => error(422, 'invalid_input', '答卷不合题目')
  const mortal = copy()
  const phone = await fill(own, mortal)
  own.round.units[70].questions = [{ kind: 'single', words: '换过的题', options: ['甲', '乙'] }]
  phone.tap('#survey-send')
  await phone.see('题目刚才改过了')
  assert.ok(phone.text().includes('换过的题'))
  delete own.answers['POST /anon/response']
  phone.tap('#option-0')
  phone.tap('#survey-send')
  await phone.see('封好，交上去了')
  const [first, second] = sent(own)
  assert.equal(second.data.r, first.data.r)
})

test('lost with a crash and found closed: the villager is told, and it is not called safe', async () => {
  const own = county()
  const mortal = copy()
  await (await answer(own, mortal)).see('封好，交上去了')
  own.crash()
  own.answers['POST /anon/response'] = () => error(410, 'closed', '截止了')
  await (await relaunch(own, mortal)).until(() => became(mortal, own) === 'closed')
  assert.deepEqual(purseOf(mortal.storage).outbox, [])
  await (await open('pages/survey/check/index', own, mortal)).see('服务器出过故障')
})

test('a survey that closed while the phone had no signal says so before anything is written', async () => {
  const own = county()
  const mortal = copy()
  const round = JSON.parse(mortal.storage.getItem('survey_round'))
  mortal.storage.setItem('survey_round', JSON.stringify({ ...round, closes_at: new Date(Date.now() - 1000).toISOString() }))
  const phone = await open('pages/survey/index', own, mortal, { online: false })
  await phone.see('截止了，正在数')
})

test('nothing answered is not sent', async () => {
  const own = county()
  const phone = await open('pages/survey/index', own, copy())
  await phone.see('最近办事方便吗')
  phone.tap('#survey-next')
  phone.tap('#survey-next')
  phone.tap('#survey-send')
  await phone.see('一题都还没答')
  assert.deepEqual(own.others, [])
})

const failing = () => error(500, 'internal_error', '出错')

/** Opened so often that the server's failures are counted and the letter is stepped over. */
const failedThrice = async (own, mortal, endpoint) => {
  for (let tries = own.requests(endpoint).length; tries < 3; tries += 1) {
    const phone = await relaunch(own, mortal)
    await phone.until(() => own.requests(endpoint).length > tries)
  }
}

test('an answer that the server fails again and again is said to be stuck, where one looks', async () => {
  const own = county()
  own.answers['POST /anon/response'] = failing
  const mortal = copy()
  await (await answer(own, mortal)).see('待发送')
  await failedThrice(own, mortal, 'POST /anon/response')
  await (await relaunch(own, mortal)).see('有 1 份匿名的还没交上')
  await (await open('pages/anonymous/receipt/index', own, mortal)).see('传了几次，那边都没收下')
  const phone = await open('pages/survey/index', own, mortal)
  await phone.see('传了几次，那边都没收下')
  assert.ok(!phone.text().includes('信号好了自动再传'))
  phone.tap('#stuck-retry')
  await phone.see('这次还是没收下')
  delete own.answers['POST /anon/response']
  phone.tap('#stuck-retry')
  await phone.see('封好，交上去了')
  assert.deepEqual([phone.all('#stuck-letters').length, own.spent.size], [0, 1])
  const [first, ...others] = sent(own)
  others.forEach((one) => assert.deepEqual(one.data, first.data))
  assert.ok(own.others.every((one) => Object.keys(one.header).length === 0 || !one.endpoint.includes('/anon/')))
})

test('an answer taken back is answered anew with its ballot, and no server hears of it', async () => {
  const own = county()
  own.answers['POST /anon/response'] = failing
  const mortal = copy()
  await (await answer(own, mortal)).see('待发送')
  await failedThrice(own, mortal, 'POST /anon/response')
  const phone = await open('pages/survey/index', own, mortal)
  await phone.see('传了几次，那边都没收下')
  await phone.until(() => sent(own).length === 4)
  const before = own.asked.length
  phone.screen.answers.modal = { confirm: true, cancel: false }
  phone.tap('#stuck-back-0')
  await phone.see('最近办事方便吗')
  assert.deepEqual([own.asked.length, purseOf(mortal.storage).outbox, partsOf(mortal.storage)], [before, [], []])
  delete own.answers['POST /anon/response']
  await (await answer(own, mortal)).see('封好，交上去了')
  assert.equal(own.spent.size, 1)
  assert.deepEqual(Object.keys(sent(own)[4].data).sort(), ['body', 'kid', 'r', 'sig'])
  assert.equal(purseOf(mortal.storage).note, '')
})

test('one taken back that had come in after all: the first counts, and it is said', async () => {
  const own = county()
  own.answers['POST /anon/response'] = (asked) => { own.anonymous(asked); return failing() }
  const mortal = copy()
  await (await answer(own, mortal)).see('待发送')
  await failedThrice(own, mortal, 'POST /anon/response')
  const phone = await open('pages/survey/index', own, mortal)
  await phone.see('传了几次，那边都没收下')
  phone.screen.answers.modal = { confirm: true, cancel: false }
  phone.tap('#stuck-back-0')
  await phone.see('最近办事方便吗')
  delete own.answers['POST /anon/response']
  await (await answer(own, mortal)).see('封好，交上去了')
  await (await relaunch(own, mortal)).see('只算先到的那份')
})

test('a ticket taken back lies with its words where it was written', async () => {
  const own = county()
  own.answers['POST /anon/feedback'] = failing
  const mortal = copy()
  const writing = await open('pages/anonymous/new/index', own, mortal)
  await writing.see('是哪方面的事')
  writing.tap('#category-light')
  writing.type('#anonymous-words', SECRET)
  writing.tap('#anonymous-send')
  await writing.see('还没传出去')
  await failedThrice(own, mortal, 'POST /anon/feedback')
  const phone = await open('pages/anonymous/receipt/index', own, mortal)
  await phone.see('拿回这件匿名诉求')
  phone.screen.answers.modal = { confirm: true, cancel: false }
  phone.tap('#stuck-back-0')
  await phone.until(() => !phone.all('#stuck-letters').length)
  assert.equal(ballotsOf(mortal.storage, own.period).tickets.length, 2)
  const again = await open('pages/anonymous/new/index', own, mortal)
  await again.until(() => again.data.words === SECRET)
  assert.deepEqual([again.data.category, again.data.place, again.data.step], ['light', [11], 'words'])
})
