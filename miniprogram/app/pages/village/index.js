const { page } = require('../../core/ui/page')
const scorecard = require('../../core/ui/scorecard')
const { getMe } = require('../../api/me')
const { getScorecard } = require('../../api/villages')
const { latestResults } = require('../../core/ui/survey_results')
const { badgeOf } = require('../../core/ui/score_lights')
const { card: shareCard } = require('../../core/ui/share')
const { absolute } = require('../../core/send/send')

/** @param {{status: string, value: string|null}} rate */
const praiseOf = (rate) =>
  rate.status === 'ok' && rate.value !== null ? `每 100 次评价里，约 ${Math.round(Number(rate.value))} 次是满意或基本满意。` : ''

Page(page({
  remembers: 'village',
  data: { card: null, praise: '', results: null, badge: null },

  async fetch() {
    const me = await getMe()
    if (!me.binding) return { card: null, praise: '', results: null, badge: null }
    const { village } = me.binding
    const [found, results] = await Promise.all([getScorecard(village.id), latestResults(village)])
    const card = scorecard.describe(found)
    return { card, praise: praiseOf(card.positive_rate), results, badge: badgeOf(card.plain.light) }
  },

  /** Pages outside WeChat open in a browser: the address is put where it can be pasted. */
  copyPublished() {
    wx.setClipboardData({
      data: absolute(this.data.card.plain.published),
      success: () => wx.showToast({ title: '网址复制好了，粘到浏览器里看', icon: 'none' }),
      fail: () => undefined,
    })
  },

  /** Whoever opens it sees the page of his own village. */
  onShareAppMessage: () => shareCard('看看咱们村的得分，办好了什么', '/pages/village/index'),

  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
