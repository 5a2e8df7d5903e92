'use strict'
/** Consent first: nothing leaves the phone before the villager agreed. Runs the shipped files. */
const test = require('node:test')
const assert = require('node:assert/strict')
const path = require('node:path')
const config = require('../../../miniprogram/app/app.json')
const { openApp, MemoryStorage } = require('../../../miniprogram/preview/node')
const { VERSION } = require('../../../miniprogram/app/core/consent')
const { Village } = require('../village')

const POSTER = { q: encodeURIComponent('https://village-voice.example.cn/q/CODE1') }
const PAGES = config.pages
const BREATH_MS = 20
const breathe = () => new Promise((resolve) => setTimeout(resolve, BREATH_MS))

/** Somebody's very first launch; everything that would leave the phone is written down. */
const firstLaunch = async (options = {}, village = new Village()) => {
  const left = []
  const device = {
    send: (request) => { left.push(request.url); return village.send(request) },
    login: async () => { left.push('wx.login'); return 'code' },
    upload: async () => { left.push('wx.uploadFile'); return { statusCode: 201, data: '{}' } },
    ...options.device,
  }
  const phone = await openApp({ agreed: false, ...options, device })
  return { phone, left, village }
}

for (const page of PAGES) {
  test(`nothing is sent before agreeing: ${page}`, async () => {
    const { phone, left } = await firstLaunch({ path: page, query: { code: 'CODE1', id: '5', period: '2026-11' } })
    await breathe()
    phone.setOnline(false)
    phone.setOnline(true)
    await breathe()
    assert.deepEqual(left, [])
    assert.equal(phone.all('#consent-agree').length, page === 'pages/privacy/index' ? 0 : 1)
  })
}

test('the sheet says in three sentences what is held, what for and how to end it', async () => {
  const { phone } = await firstLaunch()
  await phone.see('先说清楚，再用')
  assert.match(phone.text(), /不要身份证号。.*得分算准；.*实名写的请微信查违规，匿名不送。.*能看、能删、能注销/s)
  assert.equal(phone.text().split('。').length - 1, 3)
})

test('agreeing goes on with the page, and the first log-in takes the version along', async () => {
  const { phone, left, village } = await firstLaunch()
  phone.tap('#consent-agree')
  await phone.see('您是哪个村的？')
  assert.equal(left[0], 'wx.login')
  assert.equal(village.requests('POST /sessions').length, 1)
  assert.equal(village.requests('POST /sessions')[0].data.consent, VERSION)
  assert.equal(phone.all('#consent-agree').length, 0)
})

test('a poster scanned as the very first act is asked first and opened after', async () => {
  const { phone, left } = await firstLaunch({ path: 'pages/scan/index', query: POSTER })
  await breathe()
  assert.deepEqual(left, [])
  phone.tap('#consent-agree')
  await phone.see('这事办得怎么样？')
  assert.equal(phone.all('#place').length, 1)
})

test('who does not agree is told what works without, and asked again only when acting', async () => {
  const { phone, left } = await firstLaunch()
  phone.tap('#consent-decline')
  await phone.see('不用手机也行')
  assert.match(phone.text(), /12345.*纸质票.*公示网页/s)
  phone.tap('#call-12345')
  phone.setOnline(false)
  phone.setOnline(true)
  phone.phone.stack.switchTab('/pages/village/index')
  await phone.see('不用手机也行')
  assert.equal(phone.all('#consent-agree').length, 0)
  phone.tap('#retry')
  await phone.until(() => phone.all('#consent-agree').length === 1)
  assert.deepEqual(left, [])
})

test('scanning is an act: who declined is asked again on the page of the poster', async () => {
  const scan = async () => ({ result: 'https://village-voice.example.cn/q/CODE1' })
  const { phone, left } = await firstLaunch({ device: { scan } })
  phone.tap('#consent-decline')
  await phone.see('不用手机也行')
  phone.tap('#home-scan')
  await phone.until(() => phone.route === 'pages/scan/index' && phone.all('#consent-agree').length === 1)
  assert.deepEqual(left, [])
  phone.tap('#consent-agree')
  await phone.see('这事办得怎么样？')
})

test('the explanation can be read before agreeing', async () => {
  const { phone, left } = await firstLaunch()
  phone.tap('#consent-more')
  await phone.see('我的信息怎么用')
  assert.deepEqual(left, [])
})

test('a new version of the text asks again, whoever was logged in, and logs in anew', async () => {
  const storage = new MemoryStorage()
  storage.setItem('consent', JSON.stringify({ version: '2025-01', isTold: true }))
  storage.setItem('session', JSON.stringify('token-of-before'))
  const { phone, left, village } = await firstLaunch({ device: { storage } })
  await breathe()
  assert.deepEqual(left, [])
  phone.tap('#consent-agree')
  await phone.see('您是哪个村的？')
  assert.equal(village.requests('POST /sessions')[0].data.consent, VERSION)
})

test('what waited on the phone waits for the agreement, too', async () => {
  const storage = new MemoryStorage()
  const entry = { key: 'k', path: '/ratings', body: { level: 4 }, village_name: '西村', service_point_name: '窗口', label: '不满意', kept_at: 1 }
  storage.setItem('outbox', JSON.stringify([entry]))
  const { left } = await firstLaunch({ device: { storage } })
  await breathe()
  assert.deepEqual(left, [])
})
