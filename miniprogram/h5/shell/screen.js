'use strict'
/** The frame's screen with a browser's own habits: an address for each page, and the back button. */
const { FrameScreen } = require('../../preview/frame/screen')

/** '#pages/village/index?id=3' @returns {{route: string, query: Record<string, string>}|null} */
function readAddress(hash) {
  const [route, search = ''] = hash.slice(1).split('?')
  return route ? { route, query: Object.fromEntries(new URLSearchParams(search)) } : null
}

class WebScreen extends FrameScreen {
  show(page, stack) {
    super.show(page, stack)
    document.title = page.title && page.title !== '村声' ? `${page.title} · 村声` : '村声'
    this.note(page, stack)
  }

  /** A deeper page is a step of the browser's; any other takes the place of the one before. */
  note(page, stack) {
    const search = new URLSearchParams(page.caller.options || {}).toString()
    const address = `#${page.route}${search ? `?${search}` : ''}`
    const depth = stack.pages.length
    const isDeeper = history.state && depth > history.state.depth
    history[isDeeper ? 'pushState' : 'replaceState']({ depth }, '', address)
  }
}

/** The browser's back button goes back in the app; the app's own is the browser's. */
function followHistory(stack) {
  window.addEventListener('popstate', (event) => {
    const depth = event.state ? event.state.depth : 1
    if (depth < stack.pages.length) stack.back(stack.pages.length - depth)
  })
  document.getElementById('vp-back').addEventListener('click', () => history.back())
}

module.exports = { WebScreen, followHistory, readAddress }
