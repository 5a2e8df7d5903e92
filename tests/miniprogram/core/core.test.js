'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, error, fine, isBound } = require('../village')
const { format } = require('../../../miniprogram/app/core/uuid')
const { dayWords, leftWords } = require('../../../miniprogram/app/core/ui/words')
const { codeOf } = require('../../../miniprogram/app/core/scan')
const { satisfactionWords } = require('../../../miniprogram/app/core/ui/scorecard')
const { ApiError, isTemporary, fromAnswer, fromFailure } = require('../../../miniprogram/app/core/errors')

test('a UUID carries its version and variant', () => {
  assert.equal(format(new Uint8Array(16).buffer), '00000000-0000-4000-8000-000000000000')
  assert.equal(format(new Uint8Array(16).fill(255).buffer), 'ffffffff-ffff-4fff-bfff-ffffffffffff')
})

test('days are those of China', () => {
  assert.equal(dayWords('2026-11-19T16:30:00Z'), '11月20日')
  assert.equal(dayWords('2026-11-19'), '11月19日')
})

test('the time left to change is said in days', () => {
  const now = Date.parse('2026-11-20T00:00:00Z')
  assert.equal(leftWords('2026-11-22T01:00:00Z', now), '还有 2 天可以改')
  assert.equal(leftWords('2026-11-20T05:00:00Z', now), '今天还可以改')
  assert.equal(leftWords('2026-11-19T05:00:00Z', now), '')
})

test('only links of ours hold a code', () => {
  assert.equal(codeOf('https://a.example/q/AbC_12-x'), 'AbC_12-x')
  assert.equal(codeOf(' https://a.example/q/AbC12?scancode_time=1 '), 'AbC12')
  for (const text of ['', 'AbC12', 'https://a.example/x/AbC12', 'https://a.example/q/', 'weixin://q/AbC12', 'https://a/q/a b c']) {
    assert.equal(codeOf(text), null, text)
  }
})

test('a score without interval is still said', () => {
  assert.equal(satisfactionWords({ status: 'ok', value: '80', low: null, high: null }, 12), '大伙评了 12 次。')
})

test('what may change is tried again, what is final is not', () => {
  assert.equal(isTemporary(fromFailure({ errMsg: 'request:fail timeout' })), true)
  for (const status of [401, 408, 429, 500, 502, 503]) assert.equal(isTemporary(fromAnswer({ statusCode: status })), true, String(status))
  for (const status of [400, 403, 404, 409, 410, 422]) assert.equal(isTemporary(fromAnswer({ statusCode: status })), false, String(status))
  assert.equal(isTemporary(new ApiError({ code: 'not_our_code', message: '' })), false)
})

test('an answer without words gets some', () => {
  for (const statusCode of [401, 403, 404, 413, 429, 500, 502]) {
    assert.match(fromAnswer({ statusCode, data: '<html>' }).message, /[一-龥]/)
  }
})

test('several pages asking at once log in once', async () => {
  const village = new Village()
  const phone = await openApp({ device: { send: village.send } })
  await phone.see('您是哪个村的?')
  assert.equal(village.requests('POST /sessions').length, 1)
})

test('a session the server forgot is renewed unseen, once', async () => {
  const village = new Village()
  const phone = await openApp({ device: { send: village.send } })
  await phone.see('您是哪个村的?')
  village.tokens.clear()
  village.binding = isBound()
  await phone.phone.wx.switchTab({ url: '/pages/me/index' })
  await phone.see('西村')
  assert.equal(village.requests('POST /sessions').length, 2)
})

test('a server that knows nobody is not asked for ever', async () => {
  const village = new Village({ 'GET /me': () => error(401, 'not_logged_in', '请先登录') })
  const phone = await openApp({ device: { send: village.send } })
  await phone.see('请先登录')
  assert.equal(village.requests('GET /me').length, 2)
})

test('a log-in code that was refused is replaced by a fresh one', async () => {
  const codes = []
  const village = new Village({
    'POST /sessions': ({ data }, self) => {
      codes.push(data.code)
      if (codes.length === 1) return error(401, 'login_code_invalid', '请再试一次')
      self.tokens.add('t')
      return fine({ token: 't' }, 201)
    },
  })
  let count = 0
  const phone = await openApp({ device: { send: village.send, login: async () => `code-${(count += 1)}` } })
  await phone.see('您是哪个村的?')
  assert.deepEqual(codes, ['code-1', 'code-2'])
})

test('slow is told apart from no signal', () => {
  assert.match(fromFailure({ errMsg: 'request:fail timeout' }).message, /网太慢/)
  assert.match(fromFailure({ errMsg: 'request:fail net::ERR' }).message, /没有信号/)
})

test('three ratings wait and leave in order, each under its own key', async () => {
  const village = new Village()
  const query = { code: 'CODE1' }
  const first = await openApp({ path: 'pages/scan/index', query, device: { send: village.send } })
  const storage = first.storage
  for (const level of [1, 2, 3]) {
    const phone = await openApp({ path: 'pages/scan/index', query, device: { send: village.send, storage } })
    await phone.see('非常满意')
    phone.setOnline(false)
    phone.tap(`#level-${level}`)
    phone.tap('#send')
    await phone.see('待发送')
    village.asked = village.asked.filter((one) => one.endpoint !== 'POST /ratings')
    storage.setItem('held', storage.getItem('outbox'))
    storage.setItem('outbox', '[]')
    const merged = JSON.parse(storage.getItem('all') || '[]').concat(JSON.parse(storage.getItem('held')))
    storage.setItem('all', JSON.stringify(merged))
  }
  storage.setItem('outbox', storage.getItem('all'))
  const phone = await openApp({ device: { send: village.send, storage } })
  await phone.until(() => village.requests('POST /ratings').length === 3)
  const sent = village.requests('POST /ratings')
  assert.deepEqual(sent.map((one) => one.data.level), [1, 2, 3])
  assert.equal(new Set(sent.map((one) => one.header['Idempotency-Key'])).size, 3)
})

test('a signal that comes back while a try is failing is not missed', async () => {
  const village = new Village()
  const query = { code: 'CODE1' }
  const first = await openApp({ path: 'pages/scan/index', query, device: { send: village.send } })
  await first.see('非常满意')
  first.setOnline(false)
  first.tap('#level-1')
  first.tap('#send')
  await first.see('待发送')
  const phone = await openApp({ device: { send: village.send, storage: first.storage, online: false } })
  phone.setOnline(true)
  await phone.until(() => village.requests('POST /ratings').length === 1)
})
