const { page } = require('../../core/ui/page')
const unread = require('../../core/ui/unread')
const { dayWords } = require('../../core/ui/words')
const { getNotices, markRead } = require('../../api/notices')

const describe = (/** @type {any} */ notice) => ({ ...notice, day: dayWords(notice.at) })

Page(page({
  remembers: 'notices',
  data: { items: [], next: null, unread: 0, isMore: false },

  /** What is shown has been seen: the dot goes, the marks stay until the next visit. */
  async fetch() {
    const { items, next, unread: waiting } = await getNotices()
    if (waiting && items.length) markRead(items[0].id).catch(() => undefined)
    unread.set(0)
    this.showTabBar()
    return { items: items.map(describe), next, unread: waiting }
  },

  async more() {
    this.setData({ isMore: true })
    try {
      const { items, next } = await getNotices(this.data.next)
      this.setData({ items: this.data.items.concat(items.map(describe)), next })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ isMore: false })
  },

  open(event) {
    const { page: target } = this.data.items[event.currentTarget.dataset.index]
    if (target) wx.navigateTo({ url: target })
  },
}))
