/** What happened, in a sentence, and the way on: to try again, or home where that would not help. */
const { wayOut } = require('../../core/errors')
const { NAMES, take } = require('../../core/ui/way_out')

const WAYS_ON = { signed_out: '进来看看', no_consent: '再看看说明' }

Component({
  properties: {
    message: { type: String, value: '' },
    code: { type: String, value: '' },
    canRetry: { type: Boolean, value: true },
    leadsHome: { type: Boolean, value: true },
  },
  data: { wayOn: '', way: '', wayName: '' },
  observers: {
    code(/** @type {string} */ code) {
      const way = wayOut({ code })
      this.setData({ wayOn: WAYS_ON[code] || '再试一次', way, wayName: way ? NAMES[way] : '' })
    },
  },
  methods: {
    retry() { this.triggerEvent('retry') },
    leave() { take(/** @type {any} */ (this.data.way)) },
    goHome() { wx.switchTab({ url: '/pages/home/index' }) },
  },
})
