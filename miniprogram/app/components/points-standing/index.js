const { dayWords } = require('../../core/ui/words')

/** What stands beside a balance: a freeze, points that lapse soon. */
Component({
  properties: {
    /** @type {any} */ freeze: { type: Object, value: null },
    /** @type {any} */ lapse: { type: Object, value: null },
  },
  data: { frozenWords: '', lapseWords: '' },
  observers: {
    freeze(freeze) {
      if (!freeze) return
      const words = freeze.decision === 'kept'
        ? `申诉没有通过:${freeze.decision_note}`
        : freeze.appealed_at ? '申诉已收到,另一位工作人员会来看。' : ''
      this.setData({ frozenWords: words })
    },
    lapse(lapse) {
      if (lapse) this.setData({ lapseWords: `有 ${lapse.points} 分到${dayWords(lapse.lapses_on)}作废,之前可以去换东西` })
    },
  },
  methods: {
    appeal() { this.triggerEvent('appeal') },
  },
})
