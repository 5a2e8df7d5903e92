const { page } = require('../../core/ui/page')
const outbox = require('../../core/send/outbox')
const { listMyTickets } = require('../../api/tickets')

/** What waits for the villager's word stands on top. @param {any[]} items */
const sorted = (items) => items.filter((one) => one.needs).concat(items.filter((one) => !one.needs))

Page(page({
  remembers: 'tickets',
  data: { items: [], waiting: [], next: null, isMore: false },

  async fetch() {
    const { items, next } = await listMyTickets()
    return { items: sorted(items), next }
  },

  onShow() {
    this.setData({ waiting: outbox.tickets() })
    if (!this.stopListening) this.stopListening = outbox.listen((outcome) => this.heard(outcome))
    this.load()
  },

  onUnload() {
    if (this.stopListening) this.stopListening()
  },

  heard({ state, error }) {
    this.setData({ waiting: outbox.tickets() })
    if (state === 'refused') wx.showModal({ title: '有一件没收下', content: error.message, showCancel: false, confirmText: '知道了' })
    if (state === 'sent') this.load()
  },

  async more() {
    this.setData({ isMore: true })
    try {
      const { items, next } = await listMyTickets(this.data.next)
      this.setData({ items: this.data.items.concat(items), next })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ isMore: false })
  },

  open(event) { wx.navigateTo({ url: `/pages/tickets/detail/index?id=${event.detail.id}` }) },
  write() { wx.navigateTo({ url: '/pages/tickets/new/index' }) },
}))
