const { page } = require('../../core/ui/page')
const { listRewards } = require('../../api/rewards')

Page(page({
  remembers: 'rewards',
  data: { bound: true, balance: 0, frozen: false, waiting: 0, items: [] },

  fetch: () => listRewards(),

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  open(event) { wx.navigateTo({ url: `/pages/rewards/detail/index?id=${event.detail.id}` }) },
  openMine() { wx.navigateTo({ url: '/pages/rewards/mine/index' }) },
  openShops() { wx.navigateTo({ url: '/pages/rewards/shops/index' }) },
  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
