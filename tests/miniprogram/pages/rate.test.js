'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, LANDING, RATING, LEVELS, error, fine } = require('../village')

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const scanned = { path: 'pages/scan/index', query: { q: encodeURIComponent('https://village-voice.example.cn/q/CODE1') } }

/** The rating page after a scan. */
const scan = async (village, device = {}) => openApp({ ...scanned, device: { send: village.send, ...device } })

async function rateBadly(phone) {
  await phone.see('非常不满意')
  phone.tap('#level-5')
  phone.tap('#send')
}

test('a scan shows where one is, then a face and one tap more send the rating', async () => {
  const village = new Village()
  const phone = await scan(village)
  await phone.see('办事窗口')
  assert.ok(phone.text().includes('西村 · 庄里镇'))
  phone.tap('非常满意')
  phone.tap('#send')
  await phone.see('谢谢您，收到了')
  assert.ok(phone.text().includes('+2 积分'))
  const [sent] = village.requests('POST /ratings')
  assert.deepEqual(sent.data, { scan_token: 'scan-token-1', level: 1, reason_ids: [], words: null })
  assert.match(sent.header['Idempotency-Key'], UUID)
})

test('nothing can be sent before a face is chosen', async () => {
  const phone = await scan(new Village())
  await phone.see('非常满意')
  assert.equal(phone.all('#send').length, 0)
})

test('each level offers reasons of its own, and changing the face drops the old ones', async () => {
  const village = new Village()
  const phone = await scan(village)
  await phone.see('非常满意')
  phone.tap('#level-1')
  phone.tap('态度好')
  phone.tap('#level-again')
  phone.tap('#level-4')
  assert.ok(phone.text().includes('哪里没办好？'))
  assert.ok(!phone.text().includes('态度好'))
  phone.tap('等太久')
  phone.type('#words', ' 等了一上午 ')
  phone.tap('#send')
  await phone.see('收到了')
  const [sent] = village.requests('POST /ratings')
  assert.deepEqual(sent.data, { scan_token: 'scan-token-1', level: 4, reason_ids: [40], words: '等了一上午' })
})

test('a villager without a village is offered the one just rated', async () => {
  const village = new Village()
  const phone = await scan(village)
  await rateBadly(phone)
  await phone.see('您是西村的人吗？')
  phone.tap('#bind-this')
  await phone.see('选好了，您的村是西村')
  assert.deepEqual(village.requests('PUT /me/binding')[0].data, { village_id: 11, of_age: true })
})

test('a bound villager is not asked again', async () => {
  const village = new Village({ 'GET /codes/CODE1': () => fine({ ...LANDING, suggest_binding: false }) })
  const phone = await scan(village)
  await rateBadly(phone)
  await phone.see('收到了')
  assert.ok(!phone.text().includes('人吗？'))
})

test('without a signal the rating is kept, marked, and sent once when the signal is back', async () => {
  const village = new Village()
  const phone = await scan(village)
  await phone.see('非常不满意')
  phone.setOnline(false)
  await rateBadly(phone)
  await phone.see('待发送')
  assert.ok(phone.text().includes('还没传出去，信号好了自动再传'))
  assert.ok(phone.text().includes('72 小时里连上信号，都算扫码那天评的'))
  phone.tap('#go-home')
  await phone.see('有 1 条')
  assert.equal(village.requests('POST /ratings').length, 0)
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 1)
  await phone.until(() => !phone.text().includes('待发送'))
})

test('an answer lost on the way is asked for again under the same key', async () => {
  let lost = 0
  const village = new Village({
    'POST /ratings': ({ data }) => {
      lost += 1
      if (lost === 1) throw new Error('net::ERR_CONNECTION_RESET')
      return fine({ ...RATING, ...data, points_awarded: 2, balance: 2 }, 201)
    },
  })
  const phone = await scan(village)
  await rateBadly(phone)
  await phone.see('待发送')
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 2)
  const keys = village.requests('POST /ratings').map((one) => one.header['Idempotency-Key'])
  assert.equal(keys[0], keys[1])
  assert.equal(village.requests('POST /ratings')[0].data.scan_token, village.requests('POST /ratings')[1].data.scan_token)
})

test('what waits survives the app being closed and leaves at the next start', async () => {
  const village = new Village()
  const first = await scan(village)
  await first.see('非常不满意')
  first.setOnline(false)
  await rateBadly(first)
  await first.see('待发送')
  const second = await openApp({ device: { send: village.send, storage: first.storage } })
  await second.until(() => village.requests('POST /ratings').length === 1)
  await second.until(() => !second.text().includes('待发送'))
})

test('a scan that ran out while waiting is said kindly and not tried for ever', async () => {
  const village = new Village({ 'POST /ratings': () => error(410, 'scan_token_expired', '扫码已超过 72 小时，请再扫一次') })
  const phone = await scan(village)
  await phone.see('非常不满意')
  phone.setOnline(false)
  await rateBadly(phone)
  await phone.see('待发送')
  phone.tap('#go-home')
  await phone.see('有 1 条')
  phone.setOnline(true)
  await phone.see('有一条没收下：扫码已超过 72 小时，请再扫一次')
  phone.setOnline(true)
  assert.equal(village.requests('POST /ratings').length, 1)
})

test('an expired scan at once asks to scan again', async () => {
  const phone = await scan(new Village({ 'POST /ratings': () => error(410, 'scan_token_expired', 'x') }))
  await rateBadly(phone)
  await phone.see('请再扫一次码，重新评一下')
  assert.equal(phone.all('#retry').length, 0)
  assert.equal(phone.all('#scan-again').length, 1)
})

test('a busy server keeps the rating for later', async () => {
  const phone = await scan(new Village({ 'POST /ratings': () => error(503, 'unavailable', '忙') }))
  await rateBadly(phone)
  await phone.see('待发送')
})

test('rated today already: no faces, a way to change it', async () => {
  const phone = await scan(new Village({ 'GET /codes/CODE1': () => fine({ ...LANDING, may_rate: false, rated_today: RATING }) }))
  await phone.see('今天已经评过了')
  assert.equal(phone.all('#level-1').length, 0)
  assert.equal(phone.all('#my-ratings').length, 1)
})

test('a cadre hears why the own village is not theirs to rate', async () => {
  const refusal = { code: 'own_village_cadre', message: '您是本村干部，不能评自己的村' }
  const phone = await scan(new Village({ 'GET /codes/CODE1': () => fine({ ...LANDING, may_rate: false, refusal }) }))
  await phone.see('您是本村干部，不能评自己的村')
  assert.equal(phone.all('#level-1').length, 0)
})

test('a revoked code says what to do and offers 12345', async () => {
  const phone = await scan(new Village({ 'GET /codes/CODE1': () => error(410, 'code_revoked', '这个码已停用，请看新贴的码或打 12345') }))
  await phone.see('这个码已停用，请看新贴的码或打 12345')
  assert.equal(phone.all('#call-12345').length, 1)
})

test('a field the server refuses is said beside the form, the words stay', async () => {
  const phone = await scan(new Village({ 'POST /ratings': () => error(422, 'invalid_input', '最多写 500 个字') }))
  await phone.see('非常满意')
  phone.tap('#level-2')
  phone.type('#words', '很多话')
  phone.tap('#send')
  await phone.see('最多写 500 个字')
  assert.equal(phone.find('#words').data.value, '很多话')
})

test('a photo with a bare address is asked for at the county', async () => {
  const service_point = { ...LANDING.service_point, photo_url: '/p/photos/1.jpg' }
  const phone = await scan(new Village({ 'GET /codes/CODE1': () => fine({ ...LANDING, service_point }) }))
  await phone.see('办事窗口')
  assert.equal(phone.data.photo, 'https://village-voice.example.cn/p/photos/1.jpg')
})

test('held words are said to be looked at', async () => {
  const held = (asked) => fine({ ...RATING, ...asked.data, words_state: 'moderated', points_awarded: 2, balance: 2 }, 201)
  const phone = await scan(new Village({ 'POST /ratings': held }))
  await rateBadly(phone)
  await phone.see('您写的话，看过没问题就会显示')
})

test('all five faces carry their words', async () => {
  const phone = await scan(new Village())
  await phone.see('非常满意')
  for (const { label } of LEVELS) assert.ok(phone.labels().includes(label), label)
})

test('a code that is not ours is refused before the server is asked', async () => {
  const village = new Village()
  const device = { send: village.send, scan: async () => ({ result: 'https://evil.example/pay?x=1' }) }
  const phone = await openApp({ device })
  await phone.see('扫一扫，评一评')
  phone.tap('#home-scan')
  await phone.see('这不是村声的码')
  assert.equal(village.asked.filter((one) => one.endpoint.startsWith('GET /codes')).length, 0)
})

test('after a bad rating the page says who answers by when and who sees nothing', async () => {
  const village = new Village()
  const phone = await scan(village)
  await rateBadly(phone)
  await phone.see('庄里镇给您回话')
  for (const words of ['12月2日（周三）下午前', '您评的是「办事窗口 · 非常不满意」', '村里、镇里看不到您是谁']) {
    assert.ok(phone.text().includes(words), words)
  }
})

test('不用回话 is told to the county and taken at its word', async () => {
  const village = new Village()
  let isDown = true
  village.answers[`POST /ratings/${RATING.id}/no-call-back`] = () => (isDown ? error(500, 'internal_error', '我们这边出了点问题') : fine('', 204))
  const phone = await scan(village)
  await rateBadly(phone)
  await phone.see('不用回话')
  phone.tap('#no-call-back')
  await phone.see('我们这边出了点问题')
  isDown = false
  phone.tap('#no-call-back')
  await phone.see('好，不给您回话')
  assert.ok(!phone.text().includes('给您回话到'))
  assert.equal(phone.all('#call-back').length, 0)
})

test('where nobody calls back, or nobody can say, nothing is promised', async () => {
  const none = { office: null, answer_by: null, day: null }
  for (const answer of [() => fine(none), () => error(500, 'internal_error', '我们这边出了点问题')]) {
    const village = new Village()
    village.answers['GET /villages/11/call-back'] = answer
    const phone = await scan(village)
    await rateBadly(phone)
    await phone.see('谢谢您，收到了')
    assert.equal(phone.all('#call-back').length, 0)
  }
})

/** The phone of a villager who was logged in before the signal went. */
async function inAValley(village, more = {}) {
  const before = await openApp({ device: { send: village.send } })
  await before.see('扫一扫，评一评')
  const phone = await openApp({ ...scanned, device: { send: village.send, storage: before.storage, online: false, ...more } })
  await phone.see('现在没有信号，照样能评')
  return phone
}

test('a scan without a signal is rated, kept, and sent with code, random number and time', async () => {
  const village = new Village()
  const before = Date.now()
  const phone = await inAValley(village)
  await rateBadly(phone)
  await phone.see('待发送')
  phone.tap('#go-home')
  await phone.see('有 1 条')
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 1)
  const [{ data }] = village.requests('POST /ratings')
  const { code, nonce, scanned_at } = data.offline_scan
  assert.equal(code, 'CODE1')
  assert.match(nonce, /^[0-9a-f]{24}$/)
  assert.ok(Date.parse(scanned_at) >= before && Date.parse(scanned_at) <= Date.now())
  assert.deepEqual({ ...data, offline_scan: undefined }, { offline_scan: undefined, level: 5, reason_ids: [], words: null })
})

test('the own list tells ratings without a signal, on their way and come in', async () => {
  const village = new Village()
  village.ratings = [{ ...RATING, id: 8, channel: 'offline' }, { ...RATING, channel: 'scan' }]
  const phone = await inAValley(village)
  await rateBadly(phone)
  await phone.see('待发送')
  const list = { path: 'pages/ratings/index', device: { send: village.send, storage: phone.storage } }
  const waiting = await openApp({ ...list, device: { ...list.device, online: false } })
  await waiting.see('没有信号时评的，评的时间记在手机里，三天内传到都算')
  const come = await openApp(list)
  await come.see('没有信号时评的，后来传到。照样算数')
  assert.deepEqual([come.all('#offline-8').length, come.all('#offline-7').length], [1, 0])
})

test('two offline scans have two random numbers, one scan keeps its own', async () => {
  const village = new Village({ 'POST /ratings': () => error(503, 'unavailable', '忙') })
  const phone = await inAValley(village)
  await rateBadly(phone)
  await phone.see('待发送')
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 1)
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 2)
  const [first, second] = village.requests('POST /ratings').map((one) => one.data.offline_scan.nonce)
  assert.equal(first, second)
  const other = new Village()
  const another = await inAValley(other)
  await rateBadly(another)
  another.setOnline(true)
  await another.until(() => other.requests('POST /ratings').length === 1)
  assert.notEqual(other.requests('POST /ratings')[0].data.offline_scan.nonce, first)
})

test('a phone whose clock is ahead learns the right time from the refusal and is taken', async () => {
  const AHEAD = 5 * 3600000
  const village = new Village({
    'POST /ratings': ({ data }) => {
      const header = { Date: new Date(Date.now() - AHEAD).toUTCString() }
      const isAhead = Date.parse(data.offline_scan.scanned_at) > Date.now() - AHEAD + 120000
      if (isAhead) return { ...error(422, 'offline_scan_ahead', '手机的时间比现在快'), header }
      return { ...fine({ ...RATING, ...data, label: '非常不满意', points_awarded: 2, balance: 2 }, 201), header }
    },
  })
  const phone = await inAValley(village)
  await rateBadly(phone)
  await phone.see('待发送')
  phone.tap('#go-home')
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 2)
  await phone.until(() => !phone.text().includes('待发送'))
  assert.ok(!phone.text().includes('没收下'))
})

test('one that the server fails again and again is stepped over, said so, and the others leave', async () => {
  const village = new Village({
    'POST /ratings': ({ data }) =>
      (data.level === 5 ? error(500, 'internal_error', '出错') : fine({ ...RATING, ...data, points_awarded: 2, balance: 2 }, 201)),
  })
  const phone = await inAValley(village)
  await rateBadly(phone)
  await phone.see('待发送')
  const second = await openApp({ ...scanned, device: { send: village.send, storage: phone.storage, online: false } })
  await second.see('现在没有信号，照样能评')
  second.tap('非常满意')
  second.tap('#send')
  await second.see('待发送')
  second.tap('#go-home')
  await second.see('有 2 条')
  const good = () => village.requests('POST /ratings').filter((one) => one.data.level === 1).length
  for (let tries = 1; tries <= 3; tries += 1) {
    assert.equal(good(), 0)
    second.setOnline(true)
    await second.until(() => village.requests('POST /ratings').length >= tries)
  }
  await second.until(() => good() === 1)
  await second.see('其中 1 条传了几次都没收下，先跳过，别的照传')
  assert.ok(second.text().includes('有 1 条'))
})

test('a code of another host is told apart', async () => {
  const device = { send: new Village().send, scan: async () => ({ result: 'https://evil.example/q/CODE1' }) }
  const phone = await openApp({ device })
  await phone.see('扫一扫，评一评')
  phone.tap('#home-scan')
  await phone.see('这是别处的码，不是咱们县的村声码')
})

test('words cut in the middle of an emoji leave without the half', async () => {
  const village = new Village()
  const phone = await scan(village)
  await phone.see('非常满意')
  phone.tap('#level-1')
  phone.type('#words', '办得好\ud83d')
  phone.tap('#send')
  await phone.see('谢谢您，收到了')
  assert.equal(village.requests('POST /ratings')[0].data.words, '办得好')
})
