const { page } = require('../../core/ui/page')
const { dayWords } = require('../../core/ui/words')
const { listDraws } = require('../../api/points')

/** What became of the own entry, in words. @param {any} draw */
const outcome = (draw) => {
  if (draw.state === 'called_off') return `已取消：${draw.called_off_reason}`
  if (draw.state !== 'drawn') return `等 ${dayWords(draw.seed_at)} 以后开奖`
  return draw.prize ? `中了：${draw.prize}` : '这次没有中'
}

/** @param {any} draw */
const describe = (draw) => ({
  ...draw,
  outcome: outcome(draw),
  won: Boolean(draw.prize),
  prizeWords: draw.prizes.map((/** @type {any} */ prize) => `${prize.name} ${prize.count} 份`).join('、'),
})

Page(page({
  remembers: 'draws',
  data: { items: [] },

  async fetch() {
    const { items } = await listDraws()
    return { items: items.map(describe) }
  },

  copy(event) {
    const { index, what } = event.currentTarget.dataset
    wx.setClipboardData({ data: this.data.items[index][what] })
  },
}))
