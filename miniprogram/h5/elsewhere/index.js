const { plainPage } = require('/core/ui/plain_page')

Page(plainPage({
  isOpen: true,
  data: { state: 'ready' },
  onShow() {},
  call() { wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
