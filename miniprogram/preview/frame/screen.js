'use strict'
/** Draws title, pages, tab bar and toasts of the phone frame. */
const { modal, actionSheet, make } = require('./dialogs')

const byId = (id) => document.getElementById(id)
const TOAST_MS = 1800

class FrameScreen {
  /** @param {() => object} phone given late, because the phone needs a screen to start */
  constructor(phone) {
    this.phone = phone
    this.modal = modal
    this.actionSheet = actionSheet
  }

  /** A colour of app.json, '@name' looked up in theme.json. */
  colour(value) {
    const { theme } = this.phone().app
    const variant = theme[document.documentElement.dataset.theme] || {}
    return value && value.startsWith('@') ? variant[value.slice(1)] : value
  }

  add(page) {
    page.element = make('div', { class: 'vp-page', 'data-route': page.route })
    page.element.hidden = true
    const placeholder = document.createElement('div')
    page.element.append(placeholder)
    byId('vp-pages').append(page.element)
    return { parent: page.element, placeholder }
  }

  show(page, stack) {
    for (const element of byId('vp-pages').children) element.hidden = element !== page.element
    byId('vp-title').textContent = page.title
    byId('vp-back').hidden = stack.pages.length < 2
    this.paint(page, stack)
    if (page.meta) this.applyRootFont(page.meta)
  }

  paint(page, stack) {
    const settings = stack.windowOf(page.route)
    const style = document.documentElement.style
    style.setProperty('--vp-nav', this.colour(settings.navigationBarBackgroundColor) || '')
    style.setProperty('--vp-nav-ink', this.colour(settings.navigationBarTextStyle) || '')
    style.setProperty('--vp-page', this.colour(settings.backgroundColor) || '')
  }

  /** Where the bar of a tab page is put; it stays at the bottom while the page scrolls. */
  placeTabBar(page) {
    const placeholder = document.createElement('div')
    page.element.append(placeholder)
    return placeholder
  }

  remove(page) {
    page.element.remove()
  }

  /** Called by <page-meta>, also while its page is still being created. */
  applyMeta(meta) {
    const { top } = this.phone().stack
    if (top) top.meta = { ...meta }
    this.applyRootFont(meta)
  }

  applyRootFont({ rootFontSize }) {
    const size = rootFontSize === 'system' ? `${this.phone().device.fontSize()}px` : rootFontSize
    document.documentElement.style.fontSize = size || ''
  }

  toast(options) {
    const box = byId('vp-toast')
    clearTimeout(this.toastTimer)
    box.hidden = !options
    if (!options) return
    box.textContent = options.title
    this.toastTimer = setTimeout(() => { box.hidden = true }, options.duration || TOAST_MS)
  }

  scrollTo(page, { scrollTop = 0 }) {
    page.element.scrollTo({ top: scrollTop })
  }
}

module.exports = { FrameScreen }
