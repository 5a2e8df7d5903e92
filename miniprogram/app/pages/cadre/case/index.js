const { page } = require('../../../core/ui/page')
const drafts = require('../../../core/send/drafts')
const { uuid } = require('../../../core/uuid')
const { dayWords, monthWords } = require('../../../core/ui/words')
const { getCase, raiseObjection } = require('../../../api/scores')

const NOT_SENT_YET = '照片还没传上，等一下或删掉再交。'

Page(page({
  data: { found: null, where: '', closes: '', words: '', photos: [], isSending: false, formProblem: '' },

  onLoad(query) {
    this.query = query
    this.name = `objection:${query.kind}:${query.id}`
    const draft = drafts.read(this.name)
    if (draft) this.setData({ words: draft.words, photos: draft.photos })
  },

  async fetch() {
    const found = await getCase(this.query)
    return { found, where: `${found.village.name} · ${monthWords(found.month)}`, closes: dayWords(found.closes_on) }
  },

  /** The key stays with the draft: sent again after a lost answer, it is the same objection. */
  keepDraft() {
    const known = drafts.read(this.name) || {}
    drafts.keep(this.name, { key: known.key, words: this.data.words, photos: this.data.photos })
  },

  async key() {
    const draft = drafts.read(this.name) || {}
    const key = draft.key || await uuid()
    drafts.keep(this.name, { ...draft, key })
    return key
  },

  write(event) {
    this.setData({ words: event.detail.value, formProblem: '' })
    this.keepDraft()
  },

  changePhotos(event) {
    this.setData({ photos: event.detail.files, formProblem: '' })
    this.keepDraft()
  },

  async submit() {
    const { words, photos, found, isSending } = this.data
    if (isSending) return
    if (!words.trim()) { this.setData({ formProblem: '请写清楚为什么不该扣。' }); return }
    if (photos.some((one) => one.state !== 'sent')) { this.setData({ formProblem: NOT_SENT_YET }); return }
    this.setData({ isSending: true, formProblem: '' })
    try {
      const made = await raiseObjection(await this.key(), {
        village_id: found.village.id, month: found.month, case_id: found.case.id,
        words: words.trim(), photo_ids: photos.map((one) => one.id),
      })
      drafts.drop(this.name)
      wx.showToast({ title: '交上去了', icon: 'success' })
      wx.redirectTo({ url: `/pages/cadre/objections/detail/index?id=${made.id}` })
    } catch (error) {
      const [first] = Object.keys(error.errors || {}).map((name) => error.errors[name][0])
      this.setData({ formProblem: first || error.message })
      if (error.status === 409) await this.load()
    }
    this.setData({ isSending: false })
  },

  openTicket() { wx.navigateTo({ url: `/pages/cadre/ticket/index?id=${this.data.found.case.ticket_id}` }) },
  openObjection() { wx.navigateTo({ url: `/pages/cadre/objections/detail/index?id=${this.data.found.objection_id}` }) },
}))
