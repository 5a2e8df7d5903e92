const { page } = require('../../core/ui/page')
const { scanCode, digitsOf } = require('../../core/redemption_code')
const { getCounter, bringBack } = require('../../api/shop')

const RETURNS = [
  { reason: '拿错了', on_the_shelf: true },
  { reason: '村民不要了，没拆', on_the_shelf: true },
  { reason: '坏了，不能再发', on_the_shelf: false },
]
const two = (/** @type {number} */ number) => String(number).padStart(2, '0')

/** The time in China. @param {string} iso */
const timeOf = (iso) => {
  const date = new Date(Date.parse(iso) + 8 * 3600000)
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

const describe = (/** @type {any} */ counter) => counter && ({
  ...counter, done: counter.done.map((one) => ({ ...one, time: timeOf(one.handed_out_at) })),
})

Page(page({
  remembers: 'counter',
  data: { shops: [], counter: null, shop: null, digits: '', scanProblem: '' },

  async fetch() {
    const { shops, counter } = await getCounter(this.data.shop)
    return { shops, counter: describe(counter) }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  choose(event) {
    this.setData({ shop: event.currentTarget.dataset.id, state: 'loading', scanProblem: '' })
    return this.load()
  },

  async scan() {
    this.setData({ scanProblem: '' })
    try {
      const code = await scanCode()
      if (code) this.check(code, true)
    } catch (error) {
      this.setData({ scanProblem: error.message })
    }
  },

  write(event) { this.setData({ digits: event.detail.value, scanProblem: '' }) },

  checkTyped() {
    const code = digitsOf(this.data.digits)
    if (!code) return this.setData({ scanProblem: '请填村民手机上的 8 位数字。' })
    this.setData({ digits: '' })
    return this.check(code, false)
  },

  check(code, scanned) { wx.navigateTo({ url: `/pages/shop/handout/index?code=${code}&scanned=${scanned ? 1 : ''}` }) },

  async takeBack(event) {
    const line = this.data.counter.done[event.currentTarget.dataset.index]
    const chosen = await wx.showActionSheet({
      alertText: `「${line.reward}」退货，退给 ${line.who} ${line.price} 分`,
      itemList: RETURNS.map((choice) => choice.reason),
    }).catch(() => null)
    if (!chosen) return
    try {
      await bringBack(line.id, RETURNS[chosen.tapIndex])
      wx.showToast({ title: '退好了', icon: 'success' })
    } catch (error) {
      wx.showModal({ title: '没退成', content: error.message, showCancel: false, confirmText: '知道了' })
    }
    await this.load()
  },
}))
