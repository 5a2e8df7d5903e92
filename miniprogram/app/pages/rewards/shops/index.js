const { page } = require('../../../core/ui/page')
const { listShops } = require('../../../api/rewards')

Page(page({
  remembers: 'shops',
  data: { items: [] },

  async fetch() {
    const { items } = await listShops()
    return { items }
  },

  /** A map only where the shop said where it lies, and the phone has one. */
  find(event) {
    const shop = this.data.items[event.currentTarget.dataset.index]
    wx.openLocation({ latitude: shop.latitude, longitude: shop.longitude, name: shop.name, address: shop.address })
      .catch(() => wx.showToast({ title: '地图没打开，请照地址找', icon: 'none' }))
  },

  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
