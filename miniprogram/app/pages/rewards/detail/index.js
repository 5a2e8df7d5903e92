const { page } = require('../../../core/ui/page')
const { uuid } = require('../../../core/uuid')
const { absolute } = require('../../../core/send/send')
const { isTemporary } = require('../../../core/errors')
const subscriptions = require('../../../core/send/subscriptions')
const { getReward, reserve } = require('../../../api/rewards')

/** The nearest shop that has it is chosen at once. @param {any[]} shops */
const firstWith = (shops) => shops.find((one) => one.left > 0 && !one.paused)

Page(page({
  data: { reward: null, photo: '', shops: [], chosen: 0, surname: '', formProblem: '', isSending: false },
  key: '',

  async fetch(query) {
    subscriptions.prepare()
    const reward = await getReward(query.id)
    const { shops } = reward
    const kept = shops.find((one) => one.id === this.data.chosen && one.left > 0 && !one.paused)
    const chosen = kept || firstWith(shops)
    return {
      reward, shops, photo: absolute(reward.photo_url), chosen: chosen ? chosen.id : 0,
      surname: this.data.surname || reward.surname,
    }
  },

  choose(event) {
    const shop = this.data.shops[event.currentTarget.dataset.index]
    if (shop.left > 0 && !shop.paused) {
      this.key = ''
      this.setData({ chosen: shop.id, formProblem: '' })
    }
  },

  write(event) {
    this.key = ''
    this.setData({ surname: event.detail.value, formProblem: '' })
  },

  look() { wx.previewImage({ urls: [this.data.photo], current: this.data.photo }) },

  /** An answer that was lost is asked for again under the same key: nothing is taken twice. */
  async send() {
    const { reward, chosen, surname, isSending } = this.data
    if (isSending) return
    this.setData({ isSending: true, formProblem: '' })
    await subscriptions.ask()
    try {
      this.key = this.key || await uuid()
      const made = await reserve({ reward_id: reward.id, exchange_point_id: chosen, surname: surname.trim() }, this.key)
      wx.redirectTo({ url: `/pages/rewards/code/index?id=${made.id}` })
    } catch (error) {
      if (!isTemporary(error)) this.key = ''
      const [first] = Object.keys(error.errors || {}).map((name) => error.errors[name][0])
      this.setData({ formProblem: first || error.message })
      if (error.status === 409) await this.load()
    }
    this.setData({ isSending: false })
  },
}))
