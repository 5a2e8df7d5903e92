const { page } = require('../../core/ui/page')
const scorecard = require('../../core/ui/scorecard')
const { monthWords } = require('../../core/ui/words')
const { getMe } = require('../../api/me')
const { getScorecard } = require('../../api/villages')
const { latestResults } = require('../../core/ui/survey_results')
const { badgeOf } = require('../../core/ui/score_lights')
const { card: shareCard } = require('../../core/ui/share')

/** @param {{status: string, value: string|null}} rate */
const praiseOf = (rate) =>
  rate.status === 'ok' && rate.value !== null ? `每 100 次评价里，约 ${Math.round(Number(rate.value))} 次是满意或基本满意。` : ''

/** The months to choose from, the newest first. @param {any} card */
const monthsOf = ({ months, month }) =>
  [...months].reverse().map((/** @type {string} */ name) => ({ name, words: monthWords(name), isChosen: name === month }))

Page(page({
  remembers: 'village',
  data: { card: null, months: [], praise: '', results: null, badge: null },

  async fetch() {
    const me = await getMe()
    if (!me.binding) return { card: null, months: [], praise: '', results: null, badge: null }
    const { village } = me.binding
    const [found, results] = await Promise.all([getScorecard(village.id, this.month), latestResults(village)])
    const card = scorecard.describe(found)
    return { card, months: monthsOf(card), praise: praiseOf(card.positive_rate), results, badge: badgeOf(card.plain.light) }
  },

  openPublished() {
    const { village, month } = this.data.card
    wx.navigateTo({ url: `/pages/published/index?village=${village.id}&month=${month}` })
  },

  /** The month stays chosen until the page is opened anew. */
  choose(event) {
    this.month = event.currentTarget.dataset.month
    return this.load()
  },

  /** Whoever opens it sees the page of his own village. */
  onShareAppMessage: () => shareCard('看看咱们村的得分，办好了什么', '/pages/village/index'),

  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
