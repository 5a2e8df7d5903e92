'use strict'
/** Draws into the page's DOM without colliding with HTML's own elements and events. */
const { glassEasel } = require('glass-easel-miniprogram-adapter')

const PASSED_ON = new Set(['touchstart', 'touchmove', 'touchend', 'touchcancel', 'animationend', 'transitionend'])

/** Tag names get a prefix, so that <button> or <image> is never the browser's own. */
function createElement(tag) {
  const element = document.createElement(tag.startsWith('wx-') ? tag : `wx-${tag}`)
  const setAttribute = element.setAttribute.bind(element)
  // A style attribute set as text is refused by the content security policy, the style object is not.
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value
    else setAttribute(name, value)
  }
  // Ids are prefixed per component by the framework; tests and labels want the author's.
  Object.defineProperty(element, 'id', {
    get: () => element.getAttribute('id') || '',
    set: (value) => setAttribute('id', String(value).split('--').pop()),
  })
  return element
}

class BrowserBackend extends glassEasel.CurrentWindowBackendContext {
  constructor() {
    super()
    this.document = {
      createElement,
      createTextNode: (text) => document.createTextNode(text),
      createDocumentFragment: () => document.createDocumentFragment(),
    }
    this.onEvent((target, type, detail, options) => {
      const event = new glassEasel.Event(type, detail, options)
      glassEasel.Event.dispatchEvent(target, event)
      return event.getEventBubbleStatus()
    })
  }

  /** DOM input, change or scroll events must not reach listeners of the same name. */
  setListenerStats(element, type, capture, level) {
    if (PASSED_ON.has(type)) super.setListenerStats(element, type, capture, level)
  }
}

module.exports = { BrowserBackend }
