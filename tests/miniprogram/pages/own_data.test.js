'use strict'
/** 我的资料: seen, taken along, deleted, taken back, closed. */
const test = require('node:test')
const assert = require('node:assert/strict')
const { openApp, MemoryStorage } = require('../../../miniprogram/preview/node')
const { Village, fine } = require('../village')

const HELD = {
  parts: [
    { name: '我的账号', said: '微信给的一个编号（不是您的微信号）。', deletes: null },
    { name: '我的评价', said: '您评过 2 次，其中 1 次写了话。', deletes: 'rating_words' },
  ],
  goes: ['微信给的编号删掉。'], stays: ['您点过的评价还算在村里的得分里，但不再是谁的。'], why_not: null,
}
const LINK = { url: '/api/v1/own-files/abc', name: '我的资料.xlsx' }

const open = async (changes = {}, device = {}) => {
  const asked = []
  const village = new Village({
    'GET /me/data': () => fine({ ...HELD, ...changes }),
    'POST /me/data/file': () => fine(LINK, 201),
    'DELETE /me/data/rating_words': () => fine('', 204),
    'DELETE /me/consent': () => fine('', 204),
    'POST /me/closure': () => fine('', 204),
  })
  const phone = await openApp({
    path: 'pages/privacy/data/index',
    device: { send: village.send, ...device },
  })
  phone.screen.modal = async (options) => { asked.push(options); return { confirm: true, cancel: false } }
  await phone.see('我的评价')
  return { phone, village, asked }
}

test('what is held is told in sentences, and what can go alone has its own button', async () => {
  const { phone, village } = await open()
  assert.match(phone.text(), /您评过 2 次，其中 1 次写了话/)
  phone.tap('#own-delete-rating_words')
  await phone.until(() => village.requests('DELETE /me/data/rating_words').length === 1)
})

test('the file is fetched by its link and opened in WeChat', async () => {
  const seen = []
  const { phone } = await open({}, {
    download: async ({ url }) => { seen.push(url); return { statusCode: 200, tempFilePath: 'wxfile://own.xlsx' } },
    openDocument: async (path) => { seen.push(path); return {} },
  })
  phone.tap('#own-file')
  await phone.until(() => seen.length === 2)
  assert.deepEqual(seen, ['https://village-voice.example.cn/api/v1/own-files/abc', 'wxfile://own.xlsx'])
})

test('a link that is over is said, and nothing is opened', async () => {
  const { phone } = await open({}, { download: async () => ({ statusCode: 410, tempFilePath: '' }) })
  phone.tap('#own-file')
  await phone.until(() => phone.all('#own-told').length === 1)
})

test('taking consent back tells the server, empties the phone and sends nothing any more', async () => {
  const storage = new MemoryStorage()
  storage.setItem('draft:ticket', JSON.stringify({ words: '没写完的话' }))
  storage.setItem('outbox', JSON.stringify([{ key: 'k', path: '/nowhere', body: {} }]))
  storage.setItem('seen:me', JSON.stringify({ household: '老张家' }))
  const { phone, village } = await open({}, { storage })
  phone.tap('#own-withdraw')
  await phone.see('没有同意')
  assert.equal(village.requests('DELETE /me/consent').length, 1)
  assert.deepEqual(storage.keys().filter((key) => /draft|outbox|seen|session|consent/.test(key)), [])
  const before = village.asked.length
  phone.setOnline(false)
  phone.setOnline(true)
  phone.phone.stack.switchTab('/pages/village/index')
  await phone.see('没有同意')
  assert.equal(village.asked.length, before)
  assert.equal(phone.all('#consent-agree').length, 0)
  phone.tap('#retry')
  await phone.until(() => phone.all('#consent-agree').length === 1)
})

test('what stays is said before closing, which is confirmed twice and leaves an empty phone', async () => {
  const storage = new MemoryStorage()
  storage.setItem('draft:ticket', JSON.stringify({ words: '没写完的话' }))
  storage.setItem('purse', JSON.stringify({ receipts: ['1234'] }))
  const { phone, village, asked } = await open({}, { storage })
  phone.tap('#own-close')
  await phone.see('不再是谁的')
  assert.match(phone.text(), /匿名回执/)
  assert.equal(village.requests('POST /me/closure').length, 0)
  phone.tap('#own-close-now')
  await phone.see('没有同意')
  assert.equal(asked.length, 1)
  assert.equal(village.requests('POST /me/closure')[0].data.confirm, '注销')
  assert.deepEqual(storage.keys(), [])
})

test('who works for the county is told what to do first', async () => {
  const { phone } = await open({ why_not: '您现在还有村干部的身份。' })
  phone.tap('#own-close')
  await phone.see('您现在还有村干部的身份')
  assert.equal(phone.all('#own-close-now').length, 0)
  phone.tap('#own-keep')
  await phone.see('存成一个表格')
})
