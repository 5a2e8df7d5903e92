'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, error, fine, isBound } = require('../village')
const { format } = require('../../../miniprogram/app/core/uuid')
const { dayWords, leftWords } = require('../../../miniprogram/app/core/ui/words')
const { codeOf, needCode, scan } = require('../../../miniprogram/app/core/scan')
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

/** The phone's own parts that a core module asks for. */
const withWx = (parts, act) => {
  const before = global.wx
  global.wx = { getStorageSync: () => '', setStorageSync: () => undefined, ...parts }
  try { return act() } finally { global.wx = before }
}

const OURS = 'https://village-voice.example.cn'

test('whatever a scanner makes of a poster leads to the place', () => {
  const ways = [
    { q: encodeURIComponent(`${OURS}/q/AbC12x`) }, { q: encodeURIComponent(`${OURS}/q/AbC12x/`) },
    { q: encodeURIComponent('HTTPS://VILLAGE-VOICE.EXAMPLE.CN/q/AbC12x') }, { q: encodeURIComponent(`${OURS}:443/q/AbC12x?scancode_time=1`) },
    { q: encodeURIComponent(`${OURS}/q/AbC12x&scene=1011`) }, { q: encodeURIComponent(`${OURS}/q/AbC12x/#top`), scene: '1047' },
    { scene: 'AbC12x' }, { scene: encodeURIComponent('c=AbC12x') }, { scene: encodeURIComponent('code=AbC12x&v=1') }, { code: 'AbC12x' },
  ]
  withWx({}, () => ways.forEach((query) => assert.equal(codeOf(query), 'AbC12x', JSON.stringify(query))))
})

test('what is no code of ours says so, and another place is told apart', () => {
  const codeOfText = (text) => withWx({}, () => needCode(text))
  for (const text of ['', 'AbC12', `${OURS}/x/AbC12`, `${OURS}/q/`, 'weixin://q/AbC12', `${OURS}/q/a b c`, `${OURS}.evil.cn/x`]) {
    assert.throws(() => codeOfText(text), { code: 'not_our_code' }, text)
  }
  for (const host of ['evil.example', 'village-voice.example.cn.evil.cn', 'village-voice.example.cn:8443', 'a@village-voice.example.cn']) {
    assert.throws(() => codeOfText(`https://${host}/q/AbC12`), { code: 'other_host' }, host)
  }
  withWx({}, () => assert.throws(() => codeOf({ q: '%E0%A4%A' }), { code: 'not_our_code' }))
  withWx({ getExtConfigSync: () => ({ poster_hosts: ['https://old.example.cn'] }) }, () => assert.equal(needCode('https://old.example.cn/q/AbC12'), 'AbC12'))
})

test('a 小程序码 seen by the camera is known by its scene', async () => {
  const seen = { path: 'pages/scan/index?scene=AbC12x', result: '' }
  global.wx = { scanCode: async () => seen, getStorageSync: () => '' }
  assert.equal(await scan(), 'AbC12x')
  delete global.wx
})

test('half an emoji neither breaks an address nor the bytes of a letter', () => {
  const { search } = require('../../../miniprogram/app/core/send/request')
  const { utf8 } = require('../../../miniprogram/app/core/bytes')
  assert.equal(search({ q: '西村\ud83d', page: 2 }), `?q=${encodeURIComponent('西村')}&page=2`)
  assert.deepEqual(Array.from(utf8('a\ud83d')), [97])
})

test('half an emoji never leaves the phone', () => {
  const { whole } = require('../../../miniprogram/app/core/plain_text')
  const bytes = new Uint8Array([1, 2])
  const cut = whole({ words: '办得好\ud83d', list: ['\udc4d好', { more: '👍\ud83d👍' }], level: 1, none: null, bytes })
  assert.deepEqual(cut, { words: '办得好', list: ['好', { more: '👍👍' }], level: 1, none: null, bytes })
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
  await phone.see('您是哪个村的？')
  assert.equal(village.requests('POST /sessions').length, 1)
})

test('a session the server forgot is renewed unseen, once', async () => {
  const village = new Village()
  const phone = await openApp({ device: { send: village.send } })
  await phone.see('您是哪个村的？')
  village.tokens.clear()
  village.binding = isBound()
  await phone.phone.wx.switchTab({ url: '/pages/me/index' })
  await phone.see('西村')
  assert.equal(village.requests('POST /sessions').length, 2)
})

test('a server that knows nobody is not asked for ever', async () => {
  const village = new Village({ 'GET /me/home': () => error(401, 'not_logged_in', '请先登录') })
  const phone = await openApp({ device: { send: village.send } })
  await phone.see('请先登录')
  assert.equal(village.requests('GET /me/home').length, 2)
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
  await phone.see('您是哪个村的？')
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
