/**
 * What all pages have in common: letter size, and one of the states
 * loading, ready, empty, error. A page says with `fetch` what it needs.
 * Nothing here knows who uses the phone: anonymous pages are made of it as it is.
 */
const { isTemporary, isUnanswered } = require('./errors')
const { rootFontSize } = require('./text_size')
const seen = require('./seen')

const describe = (/** @type {any} */ error) => ({
  code: error.code || 'unexpected',
  message: error.code ? error.message : '出了点岔子,没打开。请再试一次。',
  canRetry: !error.code || error.code === 'signed_out' || isTemporary(error),
})

/** @type {Record<string, any> & ThisType<any>} */
const common = {
  /** Letters are measured anew each time: the phone's setting may have changed. */
  prepare() {
    this.setData({ rootFontSize: rootFontSize() })
  },

  /** Asks the server; what is already on the screen stays until the answer. */
  async load() {
    if (this.data.state !== 'ready') this.setData({ state: 'loading' })
    try {
      const found = await this.fetch(this.options || {})
      if (this.remembers) seen.remember(this.remembers, found)
      this.setData({ state: 'ready', isStale: false, problem: null, ...found })
    } catch (error) {
      this.fallBack(error)
    }
  },

  fallBack(/** @type {any} */ error) {
    const last = this.remembers && isUnanswered(error) ? seen.recall(this.remembers) : null
    if (last) this.setData({ ...last, state: 'ready', isStale: true })
    else this.setData({ state: 'error', problem: describe(error) })
  },

  async retry() {
    this.setData({ state: 'loading' })
    await this.load()
  },
}

/** @param {Record<string, any> & ThisType<any>} definition a page with an optional `fetch(query)` */
const plainPage = (definition) => {
  const { onLoad, onShow, data } = definition
  return {
    ...common,
    ...definition,
    data: { state: 'loading', problem: null, isStale: false, rootFontSize: '18px', ...data },
    /** @this {any} */
    onLoad(/** @type {any} */ query) {
      this.prepare()
      if (onLoad) onLoad.call(this, query)
    },
    /** @this {any} */
    onShow() {
      this.prepare()
      if (onShow) onShow.call(this)
      else if (definition.fetch) this.load()
    },
  }
}

module.exports = { plainPage, describe }
