const { monthWords } = require('../../core/ui/words')

const SHOWN_MONTHS = 6
const YEAR = 12

/** The last months side by side; months with few voices are striped. */
Component({
  properties: {
    trend: { type: Array, value: [] },
    /** A year of totals: narrow columns, the number of the month alone, nobody counted. */
    isYear: { type: Boolean, value: false },
  },
  data: { /** @type {any[]} */ columns: [], said: '' },
  observers: {
    'trend, isYear': function draw(trend, isYear) {
      const columns = trend.slice(isYear ? -YEAR : -SHOWN_MONTHS).map((/** @type {any} */ one) => ({
        month: one.month,
        words: isYear ? String(Number(one.month.slice(5, 7))) : monthWords(one.month),
        n: one.n,
        shown: one.value === null ? '—' : Math.round(Number(one.value)),
        percent: one.value === null ? 0 : Math.min(100, Number(one.value)),
        isFew: one.status !== 'ok',
      }))
      const said = columns.map((/** @type {any} */ one) => `${monthWords(one.month)} ${one.shown} 分${isYear ? '' : `，评了 ${one.n} 次`}`).join('；')
      this.setData({ columns, said })
    },
  },
})
