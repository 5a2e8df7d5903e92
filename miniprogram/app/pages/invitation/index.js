const { page } = require('../../core/page')
const { acceptInvitation } = require('../../api/me')

Page(page({
  data: { state: 'ready', code: '', problem: '', isSending: false, isDone: false },

  onShow() {},

  /** @param {{detail: {value: string}}} event */
  write(event) {
    this.setData({ code: event.detail.value, problem: '' })
  },

  async send() {
    const code = this.data.code.trim()
    if (!code) return this.setData({ problem: '请先填邀请码。' })
    if (this.data.isSending) return undefined
    this.setData({ isSending: true, problem: '' })
    try {
      await acceptInvitation(code)
      this.setData({ isDone: true })
    } catch (error) {
      this.setData({ problem: error.message })
    }
    return this.setData({ isSending: false })
  },

  goBack() {
    wx.switchTab({ url: '/pages/me/index' })
  },
}))
