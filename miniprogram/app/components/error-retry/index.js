/** What happened, in a sentence, and the way on: to try again, or home where that would not help. */
const WAYS_ON = { signed_out: '进来看看', no_consent: '再看看说明' }

Component({
  properties: {
    message: { type: String, value: '' },
    code: { type: String, value: '' },
    canRetry: { type: Boolean, value: true },
    leadsHome: { type: Boolean, value: true },
  },
  data: { wayOn: '' },
  observers: {
    code(/** @type {string} */ code) { this.setData({ wayOn: WAYS_ON[code] || '再试一次' }) },
  },
  methods: {
    retry() { this.triggerEvent('retry') },
    call() { wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined) },
    goHome() { wx.switchTab({ url: '/pages/home/index' }) },
  },
})
