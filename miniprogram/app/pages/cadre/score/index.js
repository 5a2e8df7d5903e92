const { page } = require('../../../core/ui/page')
const { monthWords, dayWords } = require('../../../core/ui/words')
const { badgeOf } = require('../../../core/ui/score_lights')
const { keptVillage, keepVillage } = require('../../../core/cadre_village')
const { getMe } = require('../../../api/me')
const { getCadreCard } = require('../../../api/scores')

/** @param {any} card */
const noteOf = (card) => {
  if (card.correction) return `已锁定，第 ${card.correction} 号更正以后的数`
  if (card.locked) return '已锁定，不再变'
  return card.month_closed ? '这个月还没锁定，数还可能变' : '这个月还没完，数还会变'
}

/** @param {any} one an indicator */
const describe = (one) => ({
  ...one,
  lostWords: one.lost === null ? '没有数' : Number(one.lost) > 0 ? `−${one.lost}` : '没丢分',
  isLost: one.lost !== null && Number(one.lost) > 0,
  reasons: one.reasons.map((/** @type {any} */ reason, /** @type {number} */ place) => ({ ...reason, place, leads: Boolean(reason.case_id) })),
})

Page(page({
  remembers: 'cadre-score',
  data: {
    villages: [], villageId: 0, month: '', card: null, badge: null, value: '', spoken: '', title: '', note: '', closes: '',
    months: [], indicators: [], trend: [], opened: '', isTurning: false,
  },

  onLoad(query) {
    this.asked = { village: Number(query.village) || 0, month: query.month || '' }
  },

  async fetch() {
    const me = await getMe()
    const villages = (me.roles || []).filter((/** @type {any} */ grant) => grant.role === 'cadre')
      .map((/** @type {any} */ grant) => ({ id: grant.region_id, name: grant.region_name }))
    if (!villages.length) return { villages, card: null }
    const known = villages.find((/** @type {any} */ one) => one.id === (this.asked.village || keptVillage()))
    const villageId = (known || villages[0]).id
    const card = await getCadreCard(villageId, this.asked.month)
    return { villages, villageId, ...this.show(card) }
  },

  show(card) {
    return {
      card,
      month: card.month,
      badge: badgeOf(card.light),
      value: card.total || '',
      spoken: card.total ? `总分 ${card.total}，${card.light.word}` : `没有总分，${card.light.word}`,
      title: `${card.village.name} ${monthWords(card.month)}`,
      note: noteOf(card),
      closes: dayWords(card.closes_on),
      months: card.months.slice(0, 12).map((/** @type {string} */ month) => ({ month, words: monthWords(month), isHere: month === card.month })),
      indicators: card.indicators.map(describe),
      trend: card.trend.map((/** @type {any} */ one) => ({ month: one.month, value: one.total, n: 0, status: one.total === null ? 'none' : 'ok' })),
    }
  },

  async turn(village, month) {
    if (this.data.isTurning) return
    this.asked = { village, month }
    this.setData({ isTurning: true, opened: '' })
    await this.load()
    this.setData({ isTurning: false })
  },

  chooseMonth(event) { return this.turn(this.data.villageId, event.currentTarget.dataset.month) },
  /** Chosen once: the next time the page opens with it. */
  chooseVillage(event) {
    keepVillage(Number(event.currentTarget.dataset.id))
    return this.turn(keptVillage(), '')
  },

  toggle(event) {
    const { code } = event.currentTarget.dataset
    this.setData({ opened: this.data.opened === code ? '' : code })
  },

  openCase(event) {
    const { kind, id } = event.currentTarget.dataset
    if (!id) return
    wx.navigateTo({ url: `/pages/cadre/case/index?village=${this.data.villageId}&month=${this.data.month}&kind=${kind}&id=${id}` })
  },

  openStruck(event) { wx.navigateTo({ url: `/pages/cadre/objections/detail/index?id=${event.currentTarget.dataset.id}` }) },
  openObjections() { wx.navigateTo({ url: '/pages/cadre/objections/index' }) },
}))
