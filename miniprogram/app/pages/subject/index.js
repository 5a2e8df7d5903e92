const { page } = require('../../core/ui/page')
const { monthWords } = require('../../core/ui/words')
const { badgeOf } = require('../../core/ui/score_lights')
const { getSubject } = require('../../api/subjects')

/** @param {any} card */
const describe = (card) => card && ({
  ...card,
  badge: badgeOf(card.light),
  title: `${card.name} ${monthWords(card.month)}`,
  spoken: card.points ? `得分 ${card.points}，${card.light.word}` : `还没有得分，${card.light.word}`,
  trend: card.months.map((/** @type {any} */ one) => ({ month: one.month, value: one.points, n: 0, status: one.points === null ? 'none' : 'ok' })),
})

/** What runs by itself or is entered by others: nothing here is filled in. */
Page(page({
  remembers: 'subject',
  data: { subjects: [], card: null, subject: null },

  async fetch() {
    const { subjects, card } = await getSubject(this.data.subject)
    return { subjects, card: describe(card) }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  choose(event) {
    this.setData({ subject: event.currentTarget.dataset.id, state: 'loading' })
    return this.load()
  },
}))
