const { page } = require('../../../core/ui/page')
const { monthWords } = require('../../../core/ui/words')
const { objectionBadge } = require('../../../core/ui/score_lights')
const { listObjections } = require('../../../api/scores')

Page(page({
  remembers: 'objections',
  data: { items: [] },

  async fetch() {
    const { items } = await listObjections()
    return {
      items: items.map((/** @type {any} */ one) => ({
        id: one.id,
        badge: objectionBadge(one),
        title: one.case ? one.case.title : '这一件已经查不到',
        where: `${one.village.name} · ${monthWords(one.month)}`,
        words: one.words,
      })),
    }
  },

  open(event) { wx.navigateTo({ url: `/pages/cadre/objections/detail/index?id=${event.currentTarget.dataset.id}` }) },
}))
