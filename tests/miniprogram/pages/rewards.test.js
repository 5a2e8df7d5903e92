'use strict'
/** Rewards on the villager's phone and behind the counter, on the files that ship. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { digitsOf } = require('../../../miniprogram/app/core/redemption_code')
const { Village, isBound, error, fine } = require('../village')

const SOAP = {
  id: 3, name: '洗衣粉', description: '一袋 2 公斤', price: 30, photo_url: '/photos/a.jpg', limit_words: '每人每月最多 2 件',
  ends_on: null, left: 5, nearest: { name: '便民超市', nearness: '本村', left: 5 }, refusal: null,
}
const SHOPS = [
  {
    id: 8, name: '便民超市', address: '村口', hours: '每天 8:00—18:00', contact: '', village: '西村', nearness: '本村',
    latitude: null, longitude: null, paused: null, left: 0, kinds: 0,
  },
  {
    id: 9, name: '镇上超市', address: '街上', hours: '每天 8:00—18:00', contact: '', village: '东村', nearness: '本镇',
    latitude: 34.7, longitude: 109.1, paused: null, left: 4, kinds: 2,
  },
]
const DETAIL = { ...SOAP, balance: 80, surname: '', shops: SHOPS }
const redemption = (changes = {}) => ({
  id: 5, state: 'reserved', state_name: '等您去领', reward: '洗衣粉', description: '', photo_url: null, price: 30, surname: '张', shop: '便民超市',
  address: '村口', hours: '每天 8:00—18:00', contact: '', paused: null, reserved_at: '2026-11-20T02:00:00Z', keep_until: '2026-11-23T02:00:00Z',
  handed_out_at: null, ended_at: null, return_reason: null, ...changes,
})
const code = (changes = {}) => ({ digits: '12345678', picture: 'data:image/png;base64,AA==', expires_at: '2026-11-20T02:05:00Z', seconds: 300, ...changes })
const COUNTER = {
  shops: [SHOPS[0]],
  counter: {
    id: 8, name: '便民超市', village: '西村', paused: null, stock: [{ name: '洗衣粉', on_hand: 9, reserved: 1 }],
    done: [{ id: 4, reward: '酱油', who: '王*', price: 20, state: 'handed_out', handed_out_at: '2026-11-20T02:05:00Z', keep_until: '' }],
    waiting: [{ id: 5, reward: '洗衣粉', who: '张*', price: 30, state: 'reserved', handed_out_at: null, keep_until: '' }],
  },
}

const bound = (answers = {}) => {
  const village = new Village(answers)
  village.binding = isBound()
  return village
}
const open = (path, village, query = {}, device = {}) => openApp({ path: `pages/${path}/index`, query, device: { send: village.send, ...device } })

/** The page with the code, put away after the test: its clock would run on. */
const showCode = async (context, village, device = {}) => {
  const phone = await open('rewards/code', village, { id: '5' }, device)
  context.after(() => phone.page.caller.onUnload())
  return phone
}

test('the catalogue says the price, where the nearest lies, and why not', async () => {
  const dear = { ...SOAP, id: 4, name: '电饭锅', price: 900, nearest: null, left: 0, refusal: '还差 820 分' }
  const village = bound({ 'GET /rewards': () => fine({ bound: true, balance: 80, frozen: false, waiting: 1, items: [SOAP, dear] }) })
  const phone = await open('rewards', village)
  await phone.see('洗衣粉')
  for (const words of ['80', '本村还有 5 件', '暂时兑完了', '还差 820 分', '1 件等您去领']) assert.ok(phone.text().includes(words), words)
  phone.tap('#reward-3')
  await phone.until(() => phone.route === 'pages/rewards/detail/index')
})

test('without a village one is asked to choose', async () => {
  const phone = await open('rewards', new Village({ 'GET /rewards': () => fine({ bound: false, balance: 0, frozen: false, waiting: 0, items: [] }) }))
  await phone.see('您是哪个村的？')
})

test('the nearest shop that has it is chosen; one that has none cannot be', async () => {
  const phone = await open('rewards/detail', bound({ 'GET /rewards/3': () => fine(DETAIL) }), { id: '3' })
  await phone.see('镇上超市')
  assert.equal(phone.data.chosen, 9)
  phone.tap('#shop-8')
  assert.equal(phone.data.chosen, 9)
})

test('reserving keeps its key until it is answered', async (context) => {
  const village = bound({
    'GET /rewards/3': () => fine(DETAIL),
    'GET /me/redemptions/5': () => fine(redemption()),
    'POST /me/redemptions/5/code': () => fine(code(), 201),
  })
  let isFirst = true
  village.answers['POST /redemptions'] = () => {
    if (!isFirst) return fine(redemption(), 201)
    isFirst = false
    return error(503, 'unavailable', '服务暂时忙不过来')
  }
  const phone = await open('rewards/detail', village, { id: '3' })
  await phone.see('您贵姓？')
  phone.type('#detail-surname', '张')
  phone.tap('#detail-reserve')
  await phone.see('服务暂时忙不过来')
  phone.tap('#detail-reserve')
  await phone.until(() => phone.route === 'pages/rewards/code/index')
  context.after(() => phone.page.caller.onUnload())
  const [one, two] = village.requests('POST /redemptions')
  assert.equal(one.header['Idempotency-Key'], two.header['Idempotency-Key'])
  assert.deepEqual(two.data, { reward_id: 3, exchange_point_id: 9, surname: '张' })
  await phone.see('1234 5678')
})

test('what was refused is said, and what is left is asked for again', async () => {
  const village = bound({ 'GET /rewards/3': () => fine(DETAIL), 'POST /redemptions': () => error(409, 'out_of_stock', '这个兑换点的这样东西兑完了') })
  const phone = await open('rewards/detail', village, { id: '3' })
  await phone.see('您贵姓？')
  phone.tap('#detail-reserve')
  await phone.see('这样东西兑完了')
  await phone.until(() => village.requests('GET /rewards/3').length === 2)
})

test('what cannot be had says why and has no button', async () => {
  const phone = await open('rewards/detail', bound({ 'GET /rewards/3': () => fine({ ...DETAIL, refusal: '还差 20 分' }) }), { id: '3' })
  await phone.see('还差 20 分，先不能换。')
  assert.equal(phone.all('#detail-reserve').length, 0)
})

test('the code is large, read out by its digits, and counts down', async (context) => {
  const village = bound({ 'GET /me/redemptions/5': () => fine(redemption()), 'POST /me/redemptions/5/code': () => fine(code(), 201) })
  const phone = await showCode(context, village)
  await phone.see('1234 5678')
  assert.ok(phone.labels().includes('兑换码 12345678'))
  await phone.see('04:59')
})

test('a code that is over says so and is renewed by one tap', async (context) => {
  let nth = 0
  const codes = [code({ seconds: 0 }), code({ digits: '87654321', seconds: 300 })]
  const village = bound({ 'GET /me/redemptions/5': () => fine(redemption()), 'POST /me/redemptions/5/code': () => fine(codes[nth++], 201) })
  const phone = await showCode(context, village)
  await phone.see('这个码过时了')
  phone.tap('#code-renew')
  await phone.see('8765 4321')
  assert.ok(!phone.text().includes('过时'))
})

test('the code goes away when the shop has confirmed', async (context) => {
  const village = bound({ 'GET /me/redemptions/5': () => fine(redemption({ state: 'handed_out', state_name: '已领走' })) })
  const phone = await showCode(context, village)
  await phone.see('领到了')
  assert.equal(phone.all('#code-picture').length, 0)
})

test('without a signal no code is made, in words', async (context) => {
  const phone = await showCode(context, bound(), { online: false })
  await phone.see('信号')
})

test('what waits stands on top and can be given up', async () => {
  const past = redemption({ id: 2, state: 'expired', state_name: '过期退回', reward: '酱油', ended_at: '2026-11-10T02:00:00Z' })
  const village = bound({
    'GET /me/redemptions': () => fine({ items: [past, redemption()], next: null }),
    'POST /me/redemptions/5/cancellation': () => fine(redemption({ state: 'cancelled' })),
  })
  const phone = await open('rewards/mine', village)
  await phone.see('留到 11月23日')
  assert.ok(phone.text().indexOf('洗衣粉') < phone.text().indexOf('酱油'))
  phone.tap('#cancel-5')
  await phone.until(() => village.requests('POST /me/redemptions/5/cancellation').length === 1)
  await phone.until(() => phone.screen.toasts.includes('积分退回了'))
})

test('shops say how near they are, when they are open, and what they have', async () => {
  const phone = await open('rewards/shops', bound({ 'GET /exchange-points': () => fine({ items: [{ ...SHOPS[0], paused: '停电' }, SHOPS[1]] }) }))
  await phone.see('镇上超市')
  for (const words of ['暂停兑换', '停电', '本镇', '有 2 样东西能换']) assert.ok(phone.text().includes(words), words)
  assert.deepEqual([phone.all('#map-8').length, phone.all('#map-9').length], [0, 1])
})

test('the square and the digits are read, anything else is none', () => {
  for (const text of ['VV12345678', 'vv 1234 5678', '1234 5678', '12345678']) assert.equal(digitsOf(text), '12345678')
  for (const text of ['', '1234567', '123456789', 'https://x.example/q/12345678', 'VV1234567x']) assert.equal(digitsOf(text), null)
})

test('the keeper scans, sees what and for whom, and confirms once', async () => {
  const village = bound({
    'GET /shop': () => fine(COUNTER), 'POST /shop/lookups': () => fine({ ...redemption(), who: '张*' }),
    'POST /shop/redemptions/5/handout': () => fine({ ...redemption({ state: 'handed_out' }), who: '张*' }),
  })
  const phone = await open('shop', village, {}, { scan: async () => ({ result: 'VV12345678' }) })
  await phone.see('今天给出去 1 件')
  for (const words of ['王* 酱油', '10:05', '张* 洗衣粉', '9 件，留着 1']) assert.ok(phone.text().includes(words), words)
  phone.tap('#shop-scan')
  await phone.see('洗衣粉 一件')
  assert.ok(phone.text().includes('张*'))
  phone.tap('#handout-confirm')
  await phone.see('记好了，可以给')
  const [sent] = village.requests('POST /shop/redemptions/5/handout')
  assert.deepEqual(sent.data, { code: '12345678', scanned: true })
  assert.match(sent.header['Idempotency-Key'], /^[0-9a-f-]{36}$/)
  phone.tap('#handout-back')
  await phone.until(() => phone.route === 'pages/shop/index')
})

test('typed digits are checked before they are sent, and are said to be typed', async () => {
  const village = bound({
    'GET /shop': () => fine(COUNTER), 'POST /shop/lookups': () => fine({ ...redemption(), who: '张*' }),
    'POST /shop/redemptions/5/handout': () => fine({ ...redemption({ state: 'handed_out' }), who: '张*' }),
  })
  const phone = await open('shop', village)
  await phone.see('今天给出去')
  phone.type('#shop-digits', '1234')
  phone.tap('#shop-check')
  await phone.see('请填村民手机上的 8 位数字')
  phone.type('#shop-digits', '1234 5678')
  phone.tap('#shop-check')
  await phone.see('洗衣粉 一件')
  phone.tap('#handout-confirm')
  await phone.see('记好了')
  assert.equal(village.requests('POST /shop/redemptions/5/handout')[0].data.scanned, false)
})

test('a poster is no code', async () => {
  const phone = await open('shop', bound({ 'GET /shop': () => fine(COUNTER) }), {}, { scan: async () => ({ result: 'https://x.example/q/CODE1' }) })
  await phone.see('今天给出去')
  phone.tap('#shop-scan')
  await phone.see('这不是兑换码')
})

for (const [status, name, words] of [
  [409, 'wrong_shop', '这件要到「镇上超市」领'], [410, 'code_expired', '这个码过时了'], [410, 'code_used', '这个码已经用过了'],
  [409, 'account_frozen', '积分被冻结了'], [404, 'code_unknown', '没有这个兑换码'],
]) {
  test(`${name}: nothing is handed over, in words`, async () => {
    const village = bound({ 'POST /shop/lookups': () => error(status, name, words) })
    const phone = await open('shop/handout', village, { code: '12345678' })
    await phone.see('先别给东西')
    assert.ok(phone.text().includes(words))
    assert.equal(phone.all('#handout-confirm').length, 0)
  })
}

test('without a signal the keeper gives nothing and asks again under the same key', async () => {
  const village = bound({
    'POST /shop/lookups': () => fine({ ...redemption(), who: '张*' }),
    'POST /shop/redemptions/5/handout': () => fine({ ...redemption({ state: 'handed_out' }), who: '张*' }),
  })
  const usual = village.send
  let isLost = true
  village.send = async (options) => {
    const answer = await usual(options)
    if (isLost && options.url.endsWith('/handout')) { isLost = false; throw new Error('request:fail timeout') }
    return answer
  }
  const phone = await open('shop/handout', village, { code: '12345678', scanned: '1' })
  await phone.see('洗衣粉 一件')
  phone.tap('#handout-confirm')
  await phone.see('还不知道记上没有，先别给东西')
  phone.tap('#handout-confirm')
  await phone.see('记好了，可以给')
  const [one, two] = village.requests('POST /shop/redemptions/5/handout')
  assert.equal(one.header['Idempotency-Key'], two.header['Idempotency-Key'])
})

test('an offline shop sees its last list and is told to hand over nothing', async () => {
  const village = bound({ 'GET /shop': () => fine(COUNTER) })
  const first = await open('shop', village)
  await first.see('今天给出去')
  const later = await open('shop', village, {}, { storage: first.storage, online: false })
  await later.see('现在没有信号，先别交东西')
})

test('who keeps no shop is told how one is opened', async () => {
  const phone = await open('shop', bound())
  await phone.see('还没有兑换点归您管')
})

test('me shows the counter to cadres and keepers and to nobody else', async () => {
  for (const [role, seen] of [['cadre', 1], ['shop_keeper', 1], ['leader', 0]]) {
    const village = bound({ 'GET /me': () => fine({ binding: isBound(), roles: [{ role, region_id: 11, region_name: '西村' }] }) })
    const phone = await open('me', village)
    await phone.see('大字')
    assert.equal(phone.all('#me-shop').length, seen, role)
  }
})

test('a shop code makes a keeper', async () => {
  const village = bound({ 'POST /me/shops': () => fine('', 204) })
  const phone = await open('invitation', village)
  phone.type('#invitation-code', '0abcd efghj')
  phone.tap('#invitation-send')
  await phone.see('您是兑换点店主了')
  assert.deepEqual(village.requests('POST /me/shops')[0].data, { code: '0abcd efghj' })
})

test('points lead to what they buy', async () => {
  const phone = await open('points', bound())
  await phone.see('换东西')
  phone.tap('#points-rewards')
  await phone.until(() => phone.route === 'pages/rewards/index')
})

test('a return asks why, and says when it needs somebody else', async () => {
  const village = bound({ 'GET /shop': () => fine(COUNTER), 'POST /shop/redemptions/4/return': () => error(403, 'second_person_needed',
    '这样东西积分多，要请另一个人来办退货') })
  const phone = await open('shop', village)
  await phone.see('今天给出去')
  phone.screen.answers.actionSheet = 2
  phone.tap('#return-4')
  await phone.until(() => phone.screen.modals.some((one) => one.includes('另一个人')))
  assert.deepEqual(village.requests('POST /shop/redemptions/4/return')[0].data, { reason: '坏了，不能再发', on_the_shelf: false })
})
