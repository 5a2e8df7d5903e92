'use strict'
const assert = require('node:assert/strict')
const path = require('node:path')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')

const FIXTURE = path.join(__dirname, '..', 'fixture-app')
const open = (given) => openApp({ root: FIXTURE, ...given })

test('data, loops, conditions and templates reach the page', async () => {
  const phone = await open()
  for (const words of ['你好!', '0:张三', '1:李四', '两个人', '第7行']) assert.ok(phone.text().includes(words), words)
})

test('setData changes only what depends on it', async () => {
  const phone = await open()
  phone.page.caller.setData({ people: [{ id: 'b', name: '李四' }], greeting: '再见' })
  assert.ok(phone.text().includes('再见!'))
  assert.ok(phone.text().includes('0:李四'))
  assert.ok(phone.text().includes('人少'))
  assert.ok(!phone.text().includes('张三'))
  phone.page.caller.setData({ 'people[0].name': '赵六' })
  assert.ok(phone.text().includes('0:赵六'))
})

test('listeners get plain events with the data of their element', async () => {
  const phone = await open()
  phone.tap('#person-b')
  const { last } = phone.page.caller
  assert.deepEqual(last.currentTarget.dataset, { id: 'b' })
  assert.equal(last.type, 'tap')
  assert.equal(Object.getPrototypeOf(last), Object.prototype)
})

test('catch ends the bubbling, bind lets it pass', async () => {
  const phone = await open()
  phone.tap('#inner')
  assert.deepEqual(phone.data.taps, ['inner'])
  phone.tap('#through')
  assert.deepEqual(phone.data.taps, ['inner', 'inner', 'outer'])
})

test('a disabled button cannot be tapped', async () => {
  const phone = await open()
  phone.tap('#off')
  assert.deepEqual(phone.data.taps, [])
})

test('components have properties, observers, slots, behaviours and own events', async () => {
  const phone = await open()
  assert.ok(phone.text().includes('卡片有4张 中间 底部'))
  phone.tap('#card')
  assert.deepEqual(phone.data.taps, ['card'])
  phone.page.caller.setData({ people: [] })
  assert.ok(phone.text().includes('卡片有0张'))
})

test('a component hears attached, ready and its page being shown', async () => {
  const phone = await open()
  const card = phone.page.caller.selectComponent('card') || phone.find('#card').ownerShadowRoot.getHostNode().getMethodCaller()
  await phone.until(() => card.data.readied)
  assert.equal(card.data.remembered, '有')
  assert.equal(card.shown, true)
})

test('typing and switching reach the page', async () => {
  const phone = await open()
  phone.type('#name', '王五')
  phone.tap('#large')
  assert.equal(phone.data.name, '王五')
  assert.equal(phone.data.large, true)
})

test('what is hidden is not read', async () => {
  const phone = await open()
  assert.ok(!phone.text().includes('藏起来的'))
})

test('pages are stacked, told about it, and get their decoded query', async () => {
  const phone = await open({ path: 'pages/first/index', query: { from: '码' } })
  assert.equal(phone.data.from, '码')
  const first = phone.page.caller
  await phone.until(() => first.steps.includes('ready'))
  phone.tap('#go')
  await phone.until(() => phone.route === 'pages/second/index')
  assert.equal(phone.text(), '好 的&')
  await phone.phone.wx.navigateBack()
  assert.deepEqual(first.steps, ['load', 'show', 'ready', 'hide', 'show'])
  assert.ok(phone.phone.globals.getApp().launched.includes('unloaded'))
})

test('the page asks for its letter size', async () => {
  const phone = await open()
  assert.equal(phone.screen.meta.rootFontSize, '20px')
})

test('two phones share nothing', async () => {
  const [one, other] = await Promise.all([open(), open()])
  one.tap('#person-a')
  assert.deepEqual(other.data.taps, [])
})

test('storage keeps values as copies and says what is missing', async () => {
  const { wx } = (await open()).phone
  const kept = { list: [1] }
  wx.setStorageSync('k', kept)
  kept.list.push(2)
  assert.deepEqual(wx.getStorageSync('k'), { list: [1] })
  assert.equal(wx.getStorageSync('none'), '')
  await assert.rejects(wx.getStorage({ key: 'none' }), (problem) => /data not found/.test(problem.errMsg))
})

test('calls answer by promise or by callback', async () => {
  const { wx } = (await open()).phone
  assert.equal((await wx.getNetworkType()).networkType, '4g')
  const heard = await new Promise((resolve) => wx.login({ success: resolve }))
  assert.match(heard.code, /^demo:/)
  assert.equal((await wx.getRandomValues({ length: 16 })).randomValues.byteLength, 16)
})

test('WeChat refuses PATCH, and so does the preview', async () => {
  const { wx } = (await open()).phone
  const failed = await new Promise((resolve) => wx.request({ url: 'https://x/', method: 'PATCH', fail: resolve }))
  assert.match(failed.errMsg, /PATCH/)
})
