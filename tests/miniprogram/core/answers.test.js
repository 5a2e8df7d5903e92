'use strict'
/** How often the county is asked: home in two requests, nothing twice within a minute, then only for changes. */
const test = require('node:test')
const assert = require('node:assert/strict')
const { openApp, MemoryStorage } = require('../../../miniprogram/preview/node')
const { Village, isBound, fine } = require('../village')

const MINUTE = 60001

/** A phone and every request that left it after the log-in. */
const open = async (changes = {}, path = 'pages/home/index', storage = new MemoryStorage(), village = new Village()) => {
  village.binding = isBound({ village: { id: 11, name: '西村', township: '庄里镇', county: '富平县', county_id: 1 } })
  Object.assign(village.answers, changes)
  const urls = []
  const send = async (asked) => {
    urls.push(new URL(asked.url).pathname)
    if (/\/(surveys|keys)\//.test(asked.url)) return { statusCode: 404, data: { code: 'round_unknown', message: '' }, header: {} }
    return village.send(asked)
  }
  const phone = await openApp({ path, device: { send, storage } })
  await phone.until(() => phone.data.state === 'ready')
  return { phone, village, storage, asked: () => urls.filter((url) => !/sessions|inbox/.test(url)) }
}

const passMinute = (context) => {
  const now = Date.now()
  context.mock.method(Date, 'now', () => now + MINUTE)
}

test('home asks for itself and, once a minute at most, for the questions of the month', async () => {
  const first = await open()
  await first.phone.page.caller.preparing
  const { phone, asked } = await open({}, 'pages/home/index', first.storage, first.village)
  await phone.page.caller.preparing
  assert.deepEqual(asked().filter((url) => !url.startsWith('/keys')).map((url) => url.replace(/\d{4}-\d\d/, 'MONTH')),
    ['/api/v1/me/home', '/surveys/1/MONTH.json'])
})

test('coming back within a minute asks for nothing', async () => {
  const { phone, asked } = await open()
  await phone.page.caller.preparing
  const before = asked().length
  await phone.page.caller.load()
  await phone.page.caller.preparing
  assert.equal(asked().slice(before).filter((url) => !url.startsWith('/keys')).length, 0)
})

test('after a minute the county is asked for changes only, and what was shown stays', async (context) => {
  const headers = []
  const { phone } = await open({ 'GET /me/tickets': ({ header }, village) => {
    headers.push(header['If-None-Match'])
    if (header['If-None-Match'] === '"a1"') return { statusCode: 304, data: '', header: {} }
    return { ...fine({ items: village.tickets, next: null, needing_answer: 0 }), header: { Etag: '"a1"' } }
  } }, 'pages/tickets/index')
  headers.length = 0
  passMinute(context)
  await phone.page.caller.load()
  assert.deepEqual([headers, phone.data.state], [['"a1"'], 'ready'])
})

test('whatever is written makes the answers old', async () => {
  const { phone, village } = await open({}, 'pages/tickets/index')
  const count = () => village.requests('GET /me/tickets').length
  const before = count()
  await phone.page.caller.load()
  assert.equal(count(), before)
  await phone.phone.wx.navigateTo({ url: '/pages/tickets/new/index' })
  await phone.until(() => phone.data.state === 'ready')
  await phone.page.caller.suggestFor('路灯坏了好几天')
  await phone.phone.wx.navigateBack({})
  await phone.until(() => count() === before + 1)
})
