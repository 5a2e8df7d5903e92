const { absolute } = require('../../core/send/send')

/** One thing of the catalogue: picture, price, and where the nearest one lies. */
Component({
  properties: { /** @type {any} */ reward: { type: Object, value: null } },
  data: { photo: '', where: '', spoken: '' },
  observers: {
    reward(reward) {
      if (!reward) return
      const { nearest, refusal } = reward
      const where = nearest ? `${nearest.nearness}还有 ${nearest.left} 件` : '暂时兑完了'
      const spoken = [reward.name, `${reward.price} 分`, where, refusal].filter(Boolean).join('，')
      this.setData({ photo: absolute(reward.photo_url), where, spoken })
    },
  },
  methods: {
    open() {
      /** @type {any} */
      const { reward } = this.data
      this.triggerEvent('open', { id: reward.id })
    },
  },
})
