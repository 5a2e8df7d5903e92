'use strict'
/** The pages on top of each other, and the tab pages kept alive beside them. */

/** Splits '/pages/a/index?x=1' into its route and decoded query. */
function parseUrl(url, base = '') {
  const [path, search = ''] = url.split('?')
  const route = path.startsWith('/') ? path.slice(1) : new URL(path, `http://x/${base}`).pathname.slice(1)
  const query = {}
  for (const pair of search.split('&').filter(Boolean)) {
    const [name, value = ''] = pair.split('=')
    query[decodeURIComponent(name)] = decodeURIComponent(value)
  }
  return { route, query }
}

const TAB_BAR = 'custom-tab-bar/index'

class PageStack {
  constructor(phone) {
    this.phone = phone
    this.pages = []
    this.tabs = new Map()
  }

  get top() {
    return this.pages[this.pages.length - 1]
  }

  callers() {
    return this.pages.map((page) => page.caller)
  }

  tabRoutes() {
    const { tabBar } = this.phone.app.config
    return tabBar ? tabBar.list.map((one) => one.pagePath) : []
  }

  call(page, name, ...args) {
    if (typeof page.caller[name] === 'function') page.caller[name](...args)
  }

  /** Creates a page; nothing of the others changes. */
  create(route, query) {
    const { phone } = this
    phone.load(route)
    const root = phone.backend.createRoot('wx-page', phone.space, route)
    const page = { route, root, caller: root.get(), title: this.windowOf(route).navigationBarTitleText || '' }
    page.caller.route = route
    page.caller.options = query
    page.view = phone.screen.add(page)
    root.attach(page.view.parent, page.view.placeholder)
    if (this.tabRoutes().includes(route)) this.addTabBar(page)
    this.call(page, 'onLoad', query)
    return page
  }

  /** Every tab page has a bar of its own, unless the screen draws the tabs itself. */
  addTabBar(page) {
    const { phone } = this
    if (!phone.app.config.tabBar.custom || !phone.screen.placeTabBar) return
    phone.load(TAB_BAR)
    page.tabBar = phone.backend.createRoot('wx-page', phone.space, TAB_BAR)
    const caller = page.tabBar.get()
    page.caller.getTabBar = () => caller
    page.tabBar.attach(page.view.parent, phone.screen.placeTabBar(page))
  }

  windowOf(route) {
    return { ...this.phone.app.config.window, ...this.phone.app.entries[route].json }
  }

  show(page) {
    this.phone.screen.show(page, this)
    page.root.getComponent().triggerPageLifetime('show', [])
    this.call(page, 'onShow')
    if (page.ready) return
    page.ready = true
    setTimeout(() => this.call(page, 'onReady'), 0)
  }

  hide(page) {
    page.root.getComponent().triggerPageLifetime('hide', [])
    this.call(page, 'onHide')
  }

  drop(page) {
    this.call(page, 'onUnload')
    page.root.release()
    if (page.tabBar) page.tabBar.release()
    this.phone.screen.remove(page)
  }

  /** First page of the app, or the only one after reLaunch. */
  open(route, query) {
    const page = this.create(route, query)
    this.pages.push(page)
    if (this.tabRoutes().includes(route)) this.tabs.set(route, page)
    this.show(page)
  }

  push(url) {
    const { route, query } = parseUrl(url, this.top.route)
    if (this.tabRoutes().includes(route)) throw new Error('can not navigateTo a tabbar page')
    if (this.pages.length >= 10) throw new Error('webview count limit exceed')
    this.hide(this.top)
    this.open(route, query)
  }

  replace(url) {
    const { route, query } = parseUrl(url, this.top.route)
    if (this.tabRoutes().includes(route)) throw new Error('can not redirectTo a tabbar page')
    const leaving = this.pages.pop()
    this.open(route, query)
    this.tabs.delete(leaving.route)
    this.drop(leaving)
  }

  back(delta = 1) {
    const leaving = this.pages.splice(Math.max(1, this.pages.length - delta))
    if (!leaving.length) return
    leaving.reverse().forEach((page) => this.drop(page))
    this.show(this.top)
  }

  switchTab(url) {
    const { route } = parseUrl(url, this.top.route)
    if (!this.tabRoutes().includes(route)) throw new Error('can not switch to no-tabBar page')
    const kept = new Set(this.tabs.values())
    const leaving = this.pages
    this.pages = []
    const current = leaving[leaving.length - 1]
    if (kept.has(current) && current.route !== route) this.hide(current)
    leaving.filter((page) => !kept.has(page)).reverse().forEach((page) => this.drop(page))
    const page = this.tabs.get(route) || this.create(route, {})
    this.tabs.set(route, page)
    this.pages = [page]
    this.show(page)
  }

  restart(url) {
    const { route, query } = parseUrl(url)
    const all = new Set([...this.pages, ...this.tabs.values()])
    all.forEach((page) => this.drop(page))
    this.pages = []
    this.tabs.clear()
    this.open(route, query)
  }
}

module.exports = { PageStack, parseUrl }
