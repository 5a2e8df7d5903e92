const { page } = require('../../core/page')
const { dayWords } = require('../../core/words')
const { listPoints } = require('../../api/points')

/** @param {{id: number, amount: number, text: string, created_at: string}} entry */
const describe = (entry) => ({
  ...entry,
  day: dayWords(entry.created_at),
  shown: entry.amount > 0 ? `+${entry.amount}` : String(entry.amount),
})

Page(page({
  remembers: 'points',
  data: { balance: 0, items: [], next: null, isMore: false },

  async fetch() {
    const { balance, items, next } = await listPoints()
    return { balance, items: items.map(describe), next }
  },

  async more() {
    this.setData({ isMore: true })
    try {
      const { items, next } = await listPoints(this.data.next)
      this.setData({ items: this.data.items.concat(items.map(describe)), next })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ isMore: false })
  },

  openRewards() { wx.navigateTo({ url: '/pages/rewards/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
