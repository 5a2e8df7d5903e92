'use strict'
/** Built-in components that hold others or show something: no text is typed into them. */

const FITS = { aspectFit: 'contain', aspectFill: 'cover', scaleToFill: 'fill' }

const image = {
  role: 'img',
  properties: ['src', 'mode', 'lazyLoad', 'webp', 'showMenuByLongpress'],
  mount(dom, component) {
    const picture = document.createElement('img')
    picture.alt = ''
    picture.addEventListener('load', () => component.triggerEvent('load', {}))
    picture.addEventListener('error', () => component.triggerEvent('error', { errMsg: 'load failed' }))
    dom.appendChild(picture)
  },
  draw(dom, component, phone) {
    const { src, mode } = component.data
    const picture = dom.firstChild
    picture.style.objectFit = FITS[mode] || 'fill'
    dom.classList.toggle('wx-image-width-fix', mode === 'widthFix')
    const address = src ? phone.device.resolveUrl(src) : ''
    if (picture.getAttribute('src') !== address) picture.setAttribute('src', address)
  },
}

/** A disabled button swallows the tap; one that agrees to the privacy contract tells WeChat so. */
const button = {
  role: 'button',
  properties: ['type', 'size', 'plain', 'disabled', 'loading', 'openType', 'formType'],
  listen(component, phone) {
    const swallow = (event) => { if (component.data.disabled) event.stopPropagation() }
    component.addListener('tap', swallow, { capture: true })
    component.addListener('tap', () => {
      if (component.data.openType !== 'agreePrivacyAuthorization') return
      phone.agreedToPrivacy = true
      component.triggerEvent('agreeprivacyauthorization', {})
    })
  },
  draw(dom, component) {
    dom.toggleAttribute('disabled', Boolean(component.data.disabled))
    if (component.data.disabled) dom.setAttribute('aria-disabled', 'true')
  },
}

const OPENERS = { navigate: 'push', redirect: 'replace', switchTab: 'switchTab', reLaunch: 'restart' }

const navigator = {
  role: 'link',
  properties: ['url', 'openType', 'delta'],
  listen(component, phone) {
    component.addListener('tap', () => {
      const { url, openType, delta } = component.data
      if (openType === 'navigateBack') phone.stack.back(Number(delta) || 1)
      else phone.stack[OPENERS[openType] || 'push'](url)
    })
  },
}

const scrollView = {
  properties: ['scrollX', 'scrollY', 'scrollIntoView', 'scrollTop', 'enhanced', 'showScrollbar', 'scrollWithAnimation', 'type'],
  draw(dom, component) {
    dom.style.overflowX = component.data.scrollX ? 'auto' : 'hidden'
    dom.style.overflowY = component.data.scrollY ? 'auto' : 'hidden'
  },
}

const progress = {
  role: 'progressbar',
  properties: ['percent', 'activeColor', 'backgroundColor', 'strokeWidth', 'showInfo', 'active'],
  mount(dom) { dom.appendChild(document.createElement('i')) },
  draw(dom, component) {
    dom.firstChild.style.width = `${Number(component.data.percent) || 0}%`
    if (component.data.activeColor) dom.firstChild.style.backgroundColor = component.data.activeColor
  },
}

/** Sets what CSS cannot know: the root font size the page asks for. */
const pageMeta = {
  properties: ['rootFontSize', 'pageStyle', 'backgroundColor', 'backgroundTextStyle', 'pageFontSize'],
  tell(component, phone) { phone.screen.applyMeta(component.data) },
}

const CONTAINERS = {
  view: {},
  text: { properties: ['selectable', 'userSelect', 'space', 'decode'] },
  label: { properties: ['for'] },
  image, button, navigator, progress,
  'scroll-view': scrollView,
  'page-meta': pageMeta,
}

module.exports = { CONTAINERS }
