const { page } = require('../../core/ui/page')
const { dayWords } = require('../../core/ui/words')
const { listPoints, getStanding } = require('../../api/points')

/** @param {{id: number, amount: number, text: string, created_at: string}} entry */
const describe = (entry) => ({
  ...entry,
  day: dayWords(entry.created_at),
  shown: `${entry.amount < 0 ? '−' : '+'}${Math.abs(entry.amount)}`,
})

Page(page({
  remembers: 'points',
  data: { balance: 0, items: [], next: null, isMore: false, standing: null },

  async fetch() {
    const [{ balance, items, next }, standing] = await Promise.all([listPoints(), getStanding()])
    return { balance, items: items.map(describe), next, standing }
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

  openRules() { wx.navigateTo({ url: '/pages/earning/rules/index' }) },
  openAppeal() { wx.navigateTo({ url: '/pages/earning/appeal/index' }) },
  openDraws() { wx.navigateTo({ url: '/pages/draws/index' }) },
  openRewards() { wx.navigateTo({ url: '/pages/rewards/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
