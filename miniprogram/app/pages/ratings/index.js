const { page } = require('../../core/ui/page')
const { dayWords, leftWords } = require('../../core/ui/words')
const outbox = require('../../core/send/outbox')
const { listMyRatings } = require('../../api/ratings')
const { listStruckRatings } = require('../../api/scores')

/** @param {any} rating */
const describe = (rating) => ({
  ...rating,
  day: dayWords(rating.rated_on),
  left: rating.change_until ? leftWords(rating.change_until) : '',
  reasonWords: rating.reasons.join('、'),
})

Page(page({
  remembers: 'ratings',
  data: { items: [], marks: {}, waiting: [], next: null, isMore: false },

  async fetch() {
    const [{ items, next }, struck] = await Promise.all([listMyRatings(), listStruckRatings().catch(() => ({ ids: [], words: '' }))])
    /** @type {Record<string, string>} */
    const marks = {}
    struck.ids.forEach((/** @type {number} */ id) => { marks[id] = struck.words })
    return { items: items.map(describe), next, marks }
  },

  onShow() {
    this.setData({ waiting: outbox.ratings() })
    if (!this.stopListening) this.stopListening = outbox.listen((outcome) => this.heard(outcome))
    this.load()
  },

  onUnload() {
    if (this.stopListening) this.stopListening()
  },

  heard({ state, error }) {
    this.setData({ waiting: outbox.ratings() })
    if (state === 'refused') wx.showModal({ title: '有一条没收下', content: error.message, showCancel: false, confirmText: '知道了' })
    if (state === 'sent') this.load()
  },

  async more() {
    this.setData({ isMore: true })
    try {
      const { items, next } = await listMyRatings(this.data.next)
      this.setData({ items: this.data.items.concat(items.map(describe)), next })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ isMore: false })
  },

  change(event) { this.open(event, 'change') },
  followUp(event) { this.open(event, 'followup') },

  /** The rating itself travels in the app's memory, not in the address. */
  open(event, mode) {
    getApp().editing = this.data.items[event.currentTarget.dataset.index]
    wx.navigateTo({ url: `/pages/ratings/edit/index?mode=${mode}` })
  },

  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
