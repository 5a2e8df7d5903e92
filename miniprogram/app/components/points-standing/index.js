const { dayWords } = require('../../core/ui/words')

/** What stands beside a balance: a freeze, points that expire soon. */
Component({
  properties: {
    /** @type {any} */ freeze: { type: Object, value: null },
    /** @type {any} */ expiry: { type: Object, value: null },
  },
  data: { frozenWords: '', expiryWords: '' },
  observers: {
    freeze(freeze) {
      if (!freeze) return
      const words = freeze.decision === 'kept'
        ? `申诉没有通过：${freeze.decision_note}`
        : freeze.appealed_at ? '申诉已收到，另一位工作人员会来看。' : ''
      this.setData({ frozenWords: words })
    },
    expiry(expiry) {
      if (expiry) this.setData({ expiryWords: `有 ${expiry.points} 分到${dayWords(expiry.expires_on)}作废，之前可以去换东西` })
    },
  },
  methods: {
    appeal() { this.triggerEvent('appeal') },
  },
})
