const { page } = require('../../core/page')
const scorecard = require('../../core/scorecard')
const { getMe } = require('../../api/me')
const { getScorecard } = require('../../api/villages')

/** @param {{status: string, value: string|null}} rate */
const praiseOf = (rate) =>
  rate.status === 'ok' && rate.value !== null ? `每 100 次评价里,约 ${Math.round(Number(rate.value))} 次是满意或基本满意。` : ''

Page(page({
  remembers: 'village',
  data: { card: null, praise: '' },

  async fetch() {
    const me = await getMe()
    if (!me.binding) return { card: null, praise: '' }
    const card = scorecard.describe(await getScorecard(me.binding.village.id))
    return { card, praise: praiseOf(card.positive_rate) }
  },

  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
