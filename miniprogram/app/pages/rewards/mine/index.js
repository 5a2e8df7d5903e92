const { page } = require('../../../core/ui/page')
const { listRedemptions, cancel } = require('../../../api/rewards')

const split = (/** @type {any[]} */ items) => ({
  waiting: items.filter((one) => one.state === 'reserved'),
  past: items.filter((one) => one.state !== 'reserved'),
})

Page(page({
  remembers: 'redemptions',
  data: { items: [], waiting: [], past: [], next: null, isMore: false },

  async fetch() {
    const { items, next } = await listRedemptions()
    return { items, next, ...split(items) }
  },

  async more() {
    this.setData({ isMore: true })
    try {
      const found = await listRedemptions(this.data.next)
      const items = this.data.items.concat(found.items)
      this.setData({ items, next: found.next, ...split(items) })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ isMore: false })
  },

  show(event) { wx.navigateTo({ url: `/pages/rewards/code/index?id=${event.currentTarget.dataset.id}` }) },

  async giveUp(event) {
    const { id, price } = event.currentTarget.dataset
    const { confirm } = await wx.showModal({ title: '不要了吗？', content: `取消以后，${price} 分马上退给您。`, confirmText: '不要了', cancelText: '留着' })
    if (!confirm) return
    try {
      await cancel(id)
      wx.showToast({ title: '积分退回了', icon: 'success' })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    await this.load()
  },

  openRewards() { wx.redirectTo({ url: '/pages/rewards/index' }) },
}))
