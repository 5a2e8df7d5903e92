'use strict'
/** Villagers' pages about tickets, on the files that ship. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, ticket, isBound, error, fine } = require('../village')

const bound = (change = () => {}) => {
  const village = new Village()
  village.binding = isBound()
  change(village)
  return village
}

const PHOTO = { tempFiles: [{ tempFilePath: 'wxfile://1.jpg', size: 1, fileType: 'image' }] }
const uploaded = (id) => async () => ({ statusCode: 201, data: JSON.stringify({ id, kind: 'photo', url: '/x', seconds: null }) })

const write = async (village, device = {}) => {
  const phone = await openApp({ path: 'pages/tickets/new/index', device: { send: village.send, upload: uploaded(9), ...device } })
  await phone.see('是哪方面的事？')
  phone.tap('#category-light')
  return phone
}

const detail = (village, given) => {
  village.answers['GET /tickets/5'] = () => fine(given)
  return openApp({ path: 'pages/tickets/detail/index', query: { id: '5' }, device: { send: village.send } })
}

test('a picture, a few words and one tap send a ticket', async () => {
  const village = bound()
  const phone = await write(village)
  phone.type('#new-words', '村口路灯不亮')
  phone.tap('#new-send')
  await phone.see('收到了')
  assert.ok(phone.text().includes('610528-26-000005'))
  assert.ok(phone.text().includes('11月27日（周五）下午前办完'))
  const [sent] = village.requests('POST /tickets')
  assert.match(sent.header['Idempotency-Key'], /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    { category: sent.data.category, words: sent.data.words, village_id: sent.data.village_id, kind: sent.data.kind },
    { category: 'light', words: '村口路灯不亮', village_id: 11, kind: 'help' },
  )
})

test('nothing said is not sent', async () => {
  const village = bound()
  const phone = await write(village)
  phone.tap('#new-send')
  await phone.see('请写几个字、拍张照片，或说一段话')
  assert.equal(village.requests('POST /tickets').length, 0)
})

test('without a village one is asked for first', async () => {
  const village = new Village()
  const phone = await openApp({ path: 'pages/tickets/new/index', device: { send: village.send } })
  await phone.see('先选您的村')
})

test('photos are sent as they are chosen and hang on the ticket', async () => {
  const village = bound()
  const phone = await write(village, { chooseMedia: async () => PHOTO })
  phone.tap('#photo-add')
  await phone.until(() => phone.data.photos.length === 1 && phone.data.photos[0].state === 'sent')
  phone.tap('#new-send')
  await phone.see('收到了')
  assert.deepEqual(village.requests('POST /tickets')[0].data.file_ids, [9])
})

test('a large photo is made small before it is sent, and sent as it is where that fails', async () => {
  const sent = []
  const village = bound()
  const large = { tempFiles: [{ ...PHOTO.tempFiles[0], size: 9e6 }] }
  const upload = async (asked) => { sent.push(asked.filePath); return uploaded(9)() }
  for (const compressImage of [({ success }) => success({ tempFilePath: 'wxfile://small.jpg' }), ({ fail }) => fail({ errMsg: 'no' })]) {
    const phone = await write(village, { upload, chooseMedia: async () => large, compressImage })
    phone.tap('#photo-add')
    await phone.until(() => phone.data.photos.length === 1 && phone.data.photos[0].state === 'sent')
  }
  assert.deepEqual(sent, ['wxfile://small.jpg', 'wxfile://1.jpg'])
})

test('a photo that did not get through says so, holds the ticket back, and is sent again by a tap', async () => {
  const village = bound()
  let works = false
  const phone = await write(village, {
    chooseMedia: async () => PHOTO,
    upload: async () => { if (!works) throw new Error('timeout'); return uploaded(9)() },
  })
  phone.tap('#photo-add')
  await phone.see('没传上，点我再传')
  phone.tap('#new-send')
  await phone.see('照片或录音还没传上')
  works = true
  phone.tap('#photo-again-0')
  await phone.until(() => phone.data.photos[0].state === 'sent')
})

test('a recording is made, sent and counted in seconds', async () => {
  const village = bound()
  let form
  const phone = await write(village, {
    record: async () => async () => 'wxfile://1.mp3',
    upload: async (options) => { form = options.formData; return uploaded(12)() },
  })
  phone.tap('#voice-record')
  await phone.see('正在录')
  phone.tap('#voice-stop')
  await phone.until(() => phone.data.voice.state === 'sent')
  assert.deepEqual(form, { kind: 'voice', seconds: '1' })
  phone.tap('#new-send')
  await phone.see('收到了')
  assert.deepEqual(village.requests('POST /tickets')[0].data.file_ids, [12])
})

test('a microphone that is not allowed is explained', async () => {
  const phone = await write(bound())
  phone.tap('#voice-record')
  await phone.until(() => phone.screen.modals.some((words) => words.includes('麦克风')))
})

test('what the words point to is offered and can be refused', async () => {
  const village = bound()
  village.answers['POST /ticket-suggestions'] = () => fine({ category: 'water', kind: null, because: ['水管'] })
  const phone = await write(village)
  phone.type('#new-words', '水管漏了好几天')
  await phone.see('像是「供水」的事')
  phone.tap('#new-keep')
  assert.equal(phone.data.category, 'light')
  phone.type('#new-words', '水管漏了好几天了')
  await phone.see('像是「供水」的事')
  phone.tap('#new-take')
  assert.equal(phone.data.category, 'water')
})

test('a draft survives leaving the page', async () => {
  const village = bound()
  const phone = await write(village)
  phone.type('#new-words', '写到一半')
  const again = await openApp({ path: 'pages/tickets/new/index', device: { send: village.send, storage: phone.storage } })
  await again.until(() => again.data.words === '写到一半')
  assert.equal(again.data.category, 'light')
})

test('without a signal the ticket waits on the phone and leaves once, under one key', async () => {
  const village = bound()
  const phone = await write(village)
  phone.type('#new-words', '村口路灯不亮')
  phone.setOnline(false)
  phone.tap('#new-send')
  await phone.see('先记在手机里了')
  phone.tap('#new-list')
  await phone.see('待发送')
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /tickets').length === 1)
  assert.equal(phone.storage.getItem('outbox'), '[]')
})

test('a refusal shows the sentence of its field and keeps the words', async () => {
  const village = bound()
  village.answers['POST /tickets'] = () => ({ statusCode: 422, data: { code: 'invalid_input', message: '填写的内容有问题',
    errors: { phone: ['请填 11 位手机号或固定电话'] } } })
  const phone = await write(village)
  phone.type('#new-words', '村口路灯不亮')
  phone.tap('#new-send')
  await phone.see('请填 11 位手机号或固定电话')
  assert.equal(phone.data.words, '村口路灯不亮')
})

test('leave to send a message is asked for by a tap and told to the county', async () => {
  const village = bound()
  village.answers['GET /me/subscriptions'] = () => fine({ templates: [{ key: 'ticket_moved', template_id: 'T1', words: '' }] })
  village.answers['POST /me/subscriptions'] = () => fine('', 204)
  const phone = await write(village)
  phone.type('#new-words', '村口路灯不亮')
  phone.tap('#new-send')
  await phone.see('有进展告诉我')
  phone.tap('#new-subscribe')
  await phone.see('有进展，微信会告诉您')
  assert.deepEqual(village.requests('POST /me/subscriptions')[0].data, { accepted: ['ticket_moved'] })
})

test('the list puts what waits for the villager on top', async () => {
  const village = bound((one) => {
    one.tickets = [ticket({ id: 8, words: '水管漏了' }), ticket({ id: 5, words: '路灯', needs: 'verdict', state: 'answered', state_name: '已答复' })]
  })
  const phone = await openApp({ path: 'pages/tickets/index', device: { send: village.send } })
  await phone.see('这事解决了吗？点开说一句')
  assert.deepEqual(phone.data.items.map((one) => one.id), [5, 8])
})

for (const [answer, words] of [['solved', '解决了'], ['partly', '解决了一部分'], ['not', '没解决']]) {
  test(`the last word is two taps: ${words}`, async () => {
    const village = bound()
    village.answers['POST /tickets/5/verdict'] = () => fine(ticket({ state: 'resolved', state_name: '已办结', group: 'closed', may: [] }))
    const phone = await detail(village, ticket({ state: 'answered', needs: 'verdict', may: ['verdict', 'withdraw'] }))
    await phone.see('这事解决了吗？')
    phone.tap(`#verdict-${answer}`)
    assert.equal(village.requests('POST /tickets/5/verdict').length, 0)
    phone.tap(answer === 'not' ? '#detail-call-back-go' : '#detail-verdict-go')
    await phone.until(() => phone.all('#detail-verdict').length === 0)
    assert.deepEqual(village.requests('POST /tickets/5/verdict')[0].data, { version: 3, answer, level: null, words: null, reopen: false })
  })
}

test('the answer stands above the question, and another round is two taps without a word', async () => {
  const village = bound()
  village.answers['POST /tickets/5/verdict'] = () => fine(ticket({ round: 2 }))
  const photo = (id) => ({ id, kind: 'photo', url: `/ticket-files/${id}`, seconds: null })
  const answer = { office: '西村', at: '2026-11-28T08:20:00Z', words: '换了两个灯头', cannot: false, files: [photo(2)] }
  const phone = await detail(village, ticket({ state: 'answered', may: ['verdict'], answer, files: [photo(1)] }))
  await phone.see('这事解决了吗？')
  const text = phone.text()
  assert.ok(text.indexOf('换了两个灯头') < text.indexOf('这事解决了吗？'))
  assert.ok(text.includes('以前') && text.includes('现在'))
  phone.tap('#verdict-not')
  await phone.see('那接下来怎么办？')
  phone.tap('#detail-again-go')
  await phone.until(() => village.requests('POST /tickets/5/verdict').length === 1)
  assert.equal(village.requests('POST /tickets/5/verdict')[0].data.reopen, true)
})

test('what may be done decides what is offered', async () => {
  const cases = [
    [['withdraw'], ['#detail-withdraw']],
    [['verdict'], ['#detail-verdict']],
    [['reopen'], ['#detail-reopen']],
    [['supplement', 'withdraw'], ['#detail-question', '#detail-withdraw']],
    [[], []],
  ]
  for (const [may, shown] of cases) {
    const phone = await detail(bound(), ticket({ may, question: '是哪一盏？' }))
    await phone.see('经过')
    const offered = ['#detail-verdict', '#detail-reopen', '#detail-question', '#detail-withdraw'].filter((one) => phone.all(one).length)
    assert.deepEqual(offered.sort(), [...shown].sort(), may.join())
  }
})

test('a reopening says why', async () => {
  const village = bound()
  village.answers['POST /tickets/5/reopening'] = () => fine(ticket({ round: 2 }))
  const phone = await detail(village, ticket({ state: 'answered', may: ['reopen'] }))
  await phone.see('没解决，要求重办')
  phone.tap('#detail-reopen-go')
  await phone.see('请说说哪里还没解决')
  phone.type('#detail-words', '还是不亮')
  phone.tap('#detail-reopen-go')
  await phone.until(() => village.requests('POST /tickets/5/reopening').length === 1)
})

test('somebody was quicker: it is said, and the newest state is shown', async () => {
  const village = bound()
  const moved = '这件事刚才已有人办了一步，请看最新情况再办'
  village.answers['POST /tickets/5/withdrawal'] = () => error(409, 'ticket_moved', moved)
  const phone = await detail(village, ticket())
  await phone.see('经过')
  village.answers['GET /tickets/5'] = () => fine(ticket({ state: 'handling', state_name: '办理中', version: 4 }))
  phone.tap('#detail-withdraw')
  await phone.see('办理中')
  assert.ok(phone.text().includes(moved))
})

test('the inbox is read by opening it, and leads to the ticket', async () => {
  const village = bound()
  const notice = {
    id: 3, title: '办好了吗？请您说句话', words: '灯泡换好了', at: '2026-11-20T02:00:00Z', read: false,
    page: '/pages/tickets/detail/index?id=5',
  }
  village.answers['GET /me/notices'] = () => fine({ items: [notice], next: null, unread: 1 })
  village.answers['POST /me/notices/read'] = () => fine({ unread: 0 })
  village.answers['GET /tickets/5'] = () => fine(ticket())
  const phone = await openApp({ path: 'pages/notices/index', device: { send: village.send } })
  await phone.see('办好了吗？请您说句话')
  assert.deepEqual(village.requests('POST /me/notices/read')[0].data, { up_to: 3 })
  phone.tap('#notice-3')
  await phone.until(() => phone.route === 'pages/tickets/detail/index')
})

test('home counts what waits for an answer', async () => {
  const village = bound((one) => { one.tickets = [ticket({ needs: 'verdict' })] })
  const phone = await openApp({ path: 'pages/home/index', device: { send: village.send } })
  await phone.see('1 件等您说话')
})
