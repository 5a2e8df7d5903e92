const { page } = require('../../../core/ui/page')
const { getStanding, appeal } = require('../../../api/points')

Page(page({
  data: { freeze: null, words: '', isSending: false, fault: '' },

  async fetch() {
    const { freeze } = await getStanding()
    return { freeze }
  },

  type(event) { this.setData({ words: event.detail.value, fault: '' }) },

  async send() {
    const { words, isSending } = this.data
    if (isSending) return
    if (words.trim().length < 2) {
      this.setData({ fault: '请说说为什么不该冻结' })
      return
    }
    this.setData({ isSending: true, fault: '' })
    try {
      this.setData({ freeze: await appeal(words.trim()) })
    } catch (error) {
      this.setData({ fault: error.message })
    }
    this.setData({ isSending: false })
  },

  goBack() { wx.navigateBack() },
}))
