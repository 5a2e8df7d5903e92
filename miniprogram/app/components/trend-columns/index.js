const { monthWords } = require('../../core/words')

const SHOWN_MONTHS = 6

/** The last months side by side; months with few voices are striped. */
Component({
  properties: { trend: { type: Array, value: [] } },
  data: { /** @type {any[]} */ columns: [], said: '' },
  observers: {
    trend(trend) {
      const columns = trend.slice(-SHOWN_MONTHS).map((one) => ({
        month: one.month,
        words: monthWords(one.month),
        n: one.n,
        shown: one.value === null ? '—' : Math.round(Number(one.value)),
        percent: one.value === null ? 0 : Math.min(100, Number(one.value)),
        isFew: one.status !== 'ok',
      }))
      const said = columns.map((one) => `${one.words} ${one.shown} 分,评了 ${one.n} 次`).join(';')
      this.setData({ columns, said })
    },
  },
})
