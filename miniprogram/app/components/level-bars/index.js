/** How many said what, as bars with words. */
Component({
  properties: { levels: { type: Array, value: [] } },
  data: { /** @type {any[]} */ bars: [] },
  observers: {
    levels(levels) {
      const all = levels.reduce((sum, one) => sum + one.count, 0)
      this.setData({
        bars: levels.map((one) => ({ ...one, percent: all ? Math.round((100 * one.count) / all) : 0 })),
      })
    },
  },
})
