'use strict'
/** What stands beside a balance: the rules, what expires, a freeze with its appeal, the own draws. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, isBound, error, fine } = require('../village')

const FREEZE = { reason: '一分钟里连着得了好几次分', frozen_at: '2026-11-20T02:00:00Z', appealed_at: null, decision: null, decision_note: null }
const RULES = {
  title: '富平县积分办法', voted_on: '2026-11-10',
  items: [
    { label: '评价服务', amount: 2, daily_cap: 3, monthly_cap: 30, when: '评完就给' },
    { label: '参加村民会议', amount: 10, daily_cap: 1, monthly_cap: 3, when: '村里登记，另一个人确认后给' },
  ],
}
const DRAW = {
  id: 4, title: '十月参与抽奖', state: 'published', entries: 312, commitment: 'ab'.repeat(32), seed_source: '双色球第 2026135 期',
    seed_at: '2026-11-24T13:30:00Z',
  seed: null, called_off_reason: null, code: '0f'.repeat(16), hash: 'cd'.repeat(32), position: 17, prize: null, prizes: [{ name: '食用油', count: 20 }],
  page: 'https://village-voice.example.cn/p/draws/4',
}
const standing = (changes = {}) => ({ number: 712345678901, freeze: null, expiry: null, rules: RULES, draws: false, survey_points: 0, ...changes })

const bound = (answers = {}) => {
  const village = new Village(answers)
  village.binding = isBound()
  return village
}
const open = (path, village, device = {}) => openApp({ path: `pages/${path}/index`, device: { send: village.send, ...device } })

test('the points page shows the number, and nothing that is not so', async () => {
  const phone = await open('points', bound())
  await phone.see('积分号 712345678901')
  for (const hook of ['#points-frozen', '#points-expiry', '#points-survey', '#points-draws']) assert.equal(phone.all(hook).length, 0, hook)
})

test('what expires and what a survey is worth is said before the entries', async () => {
  const expiry = { expires_on: '2027-04-01', points: 12 }
  const village = bound({ 'GET /me/points/standing': () => fine(standing({ expiry, draws: true, survey_points: 5 })) })
  const phone = await open('points', village)
  await phone.see('12 分到4月1日作废')
  assert.ok(phone.text().includes('本村问卷 5 分：够 10 份，领了票的乡亲人人加分；谁答没答，谁也不知道'))
  phone.tap('#points-draws')
  await phone.until(() => phone.route === 'pages/draws/index')
})

test('frozen points say why, and one appeal goes to another person', async () => {
  let freeze = FREEZE
  const village = bound({
    'GET /me/points/standing': () => fine(standing({ freeze })),
    'POST /me/points/appeal': () => { freeze = { ...FREEZE, appealed_at: '2026-11-21T02:00:00Z' }; return fine(freeze) },
  })
  const points = await open('points', village)
  await points.see('积分冻结了')
  assert.ok(points.text().includes(FREEZE.reason))
  points.tap('#points-appeal')
  await points.until(() => points.route === 'pages/earning/appeal/index')
  const phone = await open('earning/appeal', village)
  await phone.see('为什么冻结')
  phone.tap('#appeal-send')
  await phone.see('请说说为什么不该冻结')
  phone.type('#appeal-words', '那天赶集，都是真去办的')
  phone.tap('#appeal-send')
  await phone.see('申诉已收到')
  const again = await open('points', village)
  await again.see('另一位工作人员会来看')
  assert.equal(again.all('#points-appeal').length, 0)
})

test('an appeal that was refused by the server stays on the page with its reason', async () => {
  const village = bound({
    'GET /me/points/standing': () => fine(standing({ freeze: FREEZE })),
    'POST /me/points/appeal': () => error(409, 'conflict', '已经申诉过了，请等另一位工作人员看'),
  })
  const phone = await open('earning/appeal', village)
  await phone.see('为什么冻结')
  phone.type('#appeal-words', '再说一次')
  phone.tap('#appeal-send')
  await phone.see('已经申诉过了')
})

test('a refused appeal says so on the points page', async () => {
  const freeze = { ...FREEZE, appealed_at: '2026-11-21T02:00:00Z', decision: 'kept', decision_note: '三次都在同一分钟' }
  const phone = await open('points', bound({ 'GET /me/points/standing': () => fine(standing({ freeze })) }))
  await phone.see('申诉没有通过：三次都在同一分钟')
})

test('the rules say what gives points, how often, and who voted', async () => {
  const phone = await open('earning/rules', bound({ 'GET /me/points/standing': () => fine(standing()) }))
  await phone.see('《富平县积分办法》，11月10日村民表决通过')
  for (const words of ['评价服务', '+2', '每天最多 3 次，每月最多 30 次', '参加村民会议', '另一个人确认后给',
    '只看参与']) assert.ok(phone.text().includes(words), words)
})

test('without a village the rules ask for one', async () => {
  const phone = await open('earning/rules', new Village())
  await phone.see('您是哪个村的？')
})

for (const [changes, words] of [
  [{}, '等 11月24日 以后开奖'],
  [{ state: 'drawn', seed: '03 08' }, '这次没有中'],
  [{ state: 'drawn', seed: '03 08', prize: '食用油' }, '中了：食用油'],
  [{ state: 'called_off', called_off_reason: '奖品没买到' }, '已取消：奖品没买到'],
]) {
  test(`a draw says: ${words}`, async () => {
    const phone = await open('draws', bound({ 'GET /me/draws': () => fine({ items: [{ ...DRAW, ...changes }] }) }))
    await phone.see(words)
    for (const one of ['312 张签', '名单第 17 张', DRAW.code, DRAW.commitment]) assert.ok(phone.text().includes(one), one)
  })
}

test('the own ticket and the checking page are copied', async () => {
  const copied = []
  const phone = await open('draws', bound({ 'GET /me/draws': () => fine({ items: [DRAW] }) }), { copy: async (words) => { copied.push(words) } })
  await phone.see('十月参与抽奖')
  phone.tap('#draw-page-4')
  phone.tap('#draw-code-4')
  await phone.until(() => copied.length === 2)
  assert.deepEqual(copied, [DRAW.page, DRAW.code])
})
