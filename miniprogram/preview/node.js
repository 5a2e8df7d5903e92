'use strict'
/**
 * Runs a mini-program in Node for page-logic tests.
 *
 *   const phone = await openApp({ device: { send } })
 *   phone.tap('#home-scan'); await phone.until(() => phone.text().includes('感谢'))
 */
const path = require('node:path')
const { glassEasel } = require('glass-easel-miniprogram-adapter')
const { bundleForNode } = require('./compiler/bundle')
const { Phone } = require('./runtime/phone')
const { createDevice, MemoryStorage } = require('./node/device')
const { NodeScreen } = require('./node/screen')
const { textOf, findAll, labelOf, elementsOf } = require('./node/tree')
const { VERSION } = require('../app/core/consent')
const { host, anonymousHost } = require('../app/config')

const APP = path.join(__dirname, '..', 'app')
const PATIENCE_MS = 3000
// Pauses a villager should see, such as the envelope that closes, are over in a blink here.
const HASTE = 30
const hurried = (act, pause = 0, ...rest) => setTimeout(act, pause / HASTE, ...rest)
const bundles = new Map()

const bundleOnce = (root) => {
  if (!bundles.has(root)) bundles.set(root, bundleForNode(root))
  return bundles.get(root)
}

/** Evaluates a bundle with the phone's own globals, so that phones share nothing. */
function evaluate(source, globals) {
  const names = Object.keys(globals)
  return new Function(...names, `${source}\nreturn miniProgram`)(...names.map((name) => globals[name]))
}

class TestPhone {
  constructor(phone, device, screen) {
    Object.assign(this, { phone, device, screen, storage: device.storage })
  }

  get page() {
    return this.phone.stack.top
  }

  get route() {
    return this.page.route
  }

  get data() {
    return this.page.caller.data
  }

  /** One of the tabs below the page. @param {string} id */
  tab(id) {
    return findAll(this.page.tabBar.getComponent(), `#tab-${id}`)[0]
  }

  tabLabel(id) {
    return labelOf(this.tab(id))
  }

  tapTab(id) {
    this.tab(id).triggerEvent('tap', {}, { bubbles: true, composed: true, capturePhase: true })
  }

  /** The page's root node in the framework's tree. */
  get root() {
    return this.page.root.getComponent()
  }

  text() {
    return textOf(this.root)
  }

  all(wanted) {
    return findAll(this.root, wanted)
  }

  find(wanted) {
    const [found] = this.all(wanted)
    if (!found) throw new Error(`页面上没有「${wanted}」，只有：${this.text()}`)
    return found
  }

  labels() {
    return elementsOf(this.root).map(labelOf).filter(Boolean)
  }

  tap(wanted) {
    const found = this.find(wanted)
    found.triggerEvent('tap', {}, { bubbles: true, composed: true, capturePhase: true })
  }

  type(wanted, value) {
    const field = this.find(wanted)
    field.setData({ value })
    field.triggerEvent('input', { value, cursor: value.length })
  }

  setOnline(online) {
    this.device.online = online
    this.phone.networkChanged()
  }

  /** Waits for a condition, at most a few seconds. */
  async until(condition) {
    const deadline = Date.now() + PATIENCE_MS
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`等不到 ${condition}，页面是：${this.text()}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  see(words) {
    return this.until(() => this.text().includes(words))
  }
}

/** What lies on the phone of a villager who has agreed to this version. */
const AGREED = JSON.stringify({ version: VERSION, isTold: true })

/** The addresses a county writes into WeChat's list: its own two. */
const listedHosts = (device) =>
  [host, anonymousHost, device.extConfig().anonymous_host].filter(Boolean).map((address) => new URL(address).origin)

/**
 * The phone belongs to somebody who agreed long ago; with `agreed: false` it is the first launch.
 * @param {{root?: string, path?: string, query?: object, device?: object, agreed?: boolean}} options
 */
async function openApp({ root = APP, path: start, query, device: given, agreed = root === APP } = {}) {
  const source = await bundleOnce(root)
  const device = createDevice(given)
  if (root === APP && !device.hosts) device.hosts = () => listedHosts(device)
  if (agreed && device.storage.getItem('consent') === null) device.storage.setItem('consent', AGREED)
  const screen = new NodeScreen()
  const phone = new Phone({ backend: new glassEasel.EmptyBackendContext(), device, screen })
  phone.start(evaluate(source, { ...phone.globals, setTimeout: hurried }), start, query)
  return new TestPhone(phone, device, screen)
}

module.exports = { openApp, MemoryStorage }
