/** What happened, in a sentence, and the way on: to try again, or home where that would not help. */
Component({
  properties: {
    message: { type: String, value: '' },
    code: { type: String, value: '' },
    canRetry: { type: Boolean, value: true },
    leadsHome: { type: Boolean, value: true },
  },
  methods: {
    retry() { this.triggerEvent('retry') },
    goHome() { wx.switchTab({ url: '/pages/home/index' }) },
  },
})
