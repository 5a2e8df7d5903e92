'use strict'
/** What WeChat or the phone refuses is told apart, each with a way out; runs the shipped files. */
const test = require('node:test')
const assert = require('node:assert/strict')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village } = require('../village')

const village = new Village()
const failing = (errMsg, errno) => async () => { throw Object.assign(new Error(errMsg), { errno }) }

const NETWORK = {
  'no signal': [{ send: failing('errcode:-2 net::ERR_INTERNET_DISCONNECTED') }, 'offline', '没有信号', '#retry'],
  'an address missing in the list': [{ hosts: () => [] }, 'domain', '没登记县里的地址', '#call-12345'],
  'a certificate the phone does not take': [{ send: failing('ssl hand shake error') }, 'tls', '日期、时间对不对', '#call-12345'],
  'an answer that never came': [{ send: failing('timeout') }, 'timeout', '网太慢', '#retry'],
}

for (const [name, [device, code, words, way]] of Object.entries(NETWORK)) {
  test(`${name} is named and leads on`, async () => {
    const phone = await openApp({ path: 'pages/tickets/index', device: { send: village.send, ...device } })
    await phone.see(words)
    assert.equal(phone.data.problem.code, code)
    assert.equal(phone.all(way).length, 1)
    assert.equal(phone.all('#retry').length, 1)
  })
}

test('what nobody answered is kept and sent when the address is in the list', async () => {
  const listed = []
  const phone = await openApp({ device: { send: village.send, hosts: () => listed } })
  const { isUnanswered } = require('../../../miniprogram/app/core/errors')
  await phone.until(() => phone.data.state === 'error')
  assert.equal(isUnanswered({ ...phone.data.problem, status: 0 }), true)
})

const REFUSED = {
  'a camera that was not allowed': [{ errno: 103, message: 'auth deny' }, '去设置', true],
  'a privacy statement that was not agreed to': [{ errno: 104, message: 'privacy permission is not authorized' }, '没有同意微信的隐私说明', false],
  'a use that was not declared': [{ errno: 112, message: 'api scope is not declared in the privacy agreement' }, '打 12345', false],
}

for (const [name, [failure, words, leadsToSettings]] of Object.entries(REFUSED)) {
  test(`${name} is told with its way out`, async () => {
    const taken = []
    const phone = await openApp({ device: {
      send: village.send, scan: async () => { throw failure },
      openSetting: async () => { taken.push('settings') }, dial: async () => { taken.push('call') },
    } })
    await phone.until(() => phone.data.state === 'ready')
    await phone.page.caller.scan()
    assert.ok((phone.screen.modals.join() + phone.text()).includes(words), phone.screen.modals.join())
    assert.equal(taken.includes('settings'), leadsToSettings)
    assert.equal(phone.route, 'pages/home/index')
  })
}

test('somebody who turns back at the camera is told nothing', async () => {
  const phone = await openApp({ device: { send: village.send } })
  await phone.until(() => phone.data.state === 'ready')
  await phone.page.caller.scan()
  assert.deepEqual([phone.screen.modals, phone.data.scanProblem], [[], ''])
})

test('a new version is offered and taken on when the villager says so', async () => {
  let applied = 0
  const updates = { onUpdateReady: (act) => { updates.ready = act }, applyUpdate: () => { applied += 1 } }
  const phone = await openApp({ device: { send: village.send, updates } })
  phone.screen.answers.modal = { confirm: false }
  await updates.ready()
  assert.equal(applied, 0)
  phone.screen.answers.modal = { confirm: true }
  await updates.ready()
  assert.equal(applied, 1)
  assert.match(phone.screen.modals.join(), /没写完的都还在/)
})

test('a page that is gone leads home and says so', async () => {
  const phone = await openApp({ path: 'pages/gone/index', device: { send: village.send } })
  await phone.until(() => phone.screen.toasts.length === 1)
  assert.equal(phone.route, 'pages/home/index')
  assert.match(phone.screen.toasts[0], /那一页已经没有了/)
})

test('a fault of the app is shown once and reported to nobody', async () => {
  const urls = []
  const phone = await openApp({ agreed: false, device: { send: async (asked) => { urls.push(asked.url); return village.send(asked) } } })
  phone.phone.appInstance.onError('ReferenceError: x')
  phone.phone.appInstance.onUnhandledRejection({ reason: new Error('y') })
  await phone.until(() => phone.screen.toasts.length > 0)
  assert.deepEqual(phone.screen.toasts, ['刚才出了点岔子，请再点一次'])
  assert.deepEqual(urls, [])
})

for (const path of ['pages/home/index', 'pages/village/index', 'pages/survey/index', 'pages/scan/index']) {
  test(`a friend is shown our card: ${path}`, async () => {
    const phone = await openApp({ path, device: { send: village.send } })
    const card = phone.page.caller.onShareAppMessage()
    assert.equal(card.path, `/${path}`)
    assert.ok(require('node:fs').statSync(`miniprogram/app${card.imageUrl}`).size < 20000)
    assert.match(card.title, /[一-鿿]{6}/)
  })
}
