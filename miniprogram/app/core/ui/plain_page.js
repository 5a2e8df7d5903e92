/**
 * What all pages have in common: letter size, and one of the states
 * loading, ready, empty, error. A page says with `fetch` what it needs.
 * Nothing here knows who uses the phone: anonymous pages are made of it as it is.
 */
const { isTemporary, isUnanswered } = require('../errors')
const { rootFontSize } = require('./text_size')
const pageCache = require('./page_cache')
const consent = require('../consent')

const describe = (/** @type {any} */ error) => ({
  code: error.code || 'unexpected',
  message: error.code ? error.message : '出了点岔子，没打开。请再试一次。',
  canRetry: !error.code || ['signed_out', 'no_consent'].includes(error.code) || isTemporary(error),
})

/** @type {Record<string, any> & ThisType<any>} */
const common = {
  /** Letters are measured anew each time: the phone's setting may have changed. */
  prepare() {
    this.setData({ rootFontSize: rootFontSize() })
  },

  /** Only the pages of the tab bar have one. */
  showTabBar() {
    const bar = typeof this.getTabBar === 'function' && this.getTabBar()
    if (bar) bar.showAt(this.route)
  },

  /** Asks the server; what is already on the screen stays until the answer. */
  async load() {
    if (this.data.state !== 'ready') this.setData({ state: 'loading' })
    try {
      const found = await this.fetch(this.options || {})
      if (this.remembers) pageCache.remember(this.remembers, found)
      this.setData({ state: 'ready', isStale: false, problem: null, ...found })
    } catch (error) {
      this.fallBack(error)
    }
  },

  fallBack(/** @type {any} */ error) {
    const last = this.remembers && isUnanswered(error) ? pageCache.recall(this.remembers) : null
    if (last) this.setData({ ...last, state: 'ready', isStale: true })
    else this.setData({ state: 'error', problem: describe(error) })
  },

  /** The page begins as if it had just been opened, or goes on as it was. */
  agreeConsent() {
    if (consent.isGiven()) return
    consent.give()
    this.setData({ asksConsent: false, state: this.firstState, problem: null })
    this.begin()
  },

  declineConsent() {
    consent.decline()
    this.setData({ asksConsent: false, state: 'error', problem: describe(consent.missing()) })
  },

  async retry() {
    if (!consent.isGiven()) {
      this.setData({ asksConsent: true })
      return
    }
    this.setData({ state: 'loading' })
    await this.comeBack()
    await this.load()
  },

  /** Nobody was logged out who is not known. */
  async comeBack() {},
}

/**
 * Pages begin when the villager has agreed, with the question they were opened with; before that
 * they only ask. One that `isOpen` to everybody sends nothing.
 * @param {Record<string, any> & ThisType<any>} definition a page with an optional `fetch(query)`
 */
const plainPage = (definition) => {
  const { onLoad, onShow, onUnload, data, isOpen } = definition
  return {
    ...common,
    ...definition,
    firstState: (data && data.state) || 'loading',
    data: { state: 'loading', problem: null, isStale: false, asksConsent: false, rootFontSize: '18px', ...data },
    /** @this {any} */
    onLoad(/** @type {any} */ query) {
      this.prepare()
      this.openedWith = query
    },
    /** @this {any} */
    onShow() {
      this.prepare()
      this.showTabBar()
      if (isOpen || consent.isGiven()) this.begin()
      else if (consent.wasAsked()) this.declineConsent()
      else this.setData({ asksConsent: true })
    },
    /** @this {any} */
    onUnload() {
      if (this.hasBegun && onUnload) onUnload.call(this)
    },
    /** @this {any} */
    begin() {
      if (this.data.asksConsent) this.setData({ asksConsent: false })
      if (!this.hasBegun && onLoad) onLoad.call(this, this.openedWith)
      this.hasBegun = true
      if (onShow) onShow.call(this)
      else if (definition.fetch) this.load()
    },
  }
}

module.exports = { plainPage, describe }
