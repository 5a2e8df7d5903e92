'use strict'
/** A screen without a display: remembers what would be seen. */

const NO_BACKEND = { replaceChild() {} }

class NodeScreen {
  constructor() {
    this.toasts = []
    this.modals = []
    this.answers = { modal: { confirm: true, cancel: false }, actionSheet: 0 }
    this.meta = {}
  }

  add() {
    return { parent: NO_BACKEND, placeholder: {} }
  }

  placeTabBar() {
    return {}
  }

  show(page) {
    this.title = page.title
    this.route = page.route
  }

  remove() {}

  applyMeta(data) {
    this.meta = data
  }

  toast(options) {
    if (options) this.toasts.push(options.title)
  }

  async modal(options) {
    this.modals.push(`${options.title || ''} ${options.content || ''}`.trim())
    return this.answers.modal
  }

  async actionSheet(options) {
    this.modals.push(options.itemList.join(' '))
    return { tapIndex: this.answers.actionSheet }
  }

  scrollTo() {}
}

module.exports = { NodeScreen }
