const { page, describe } = require('../../../core/ui/page')
const outbox = require('../../../core/send/outbox')
const drafts = require('../../../core/send/drafts')
const { isUnanswered } = require('../../../core/errors')
const { getOptions, suggest } = require('../../../api/tickets')
const { getMe } = require('../../../api/me')
const { listRegions } = require('../../../api/regions')
const subscriptions = require('../../../core/send/subscriptions')

const DRAFT = 'ticket'
const TYPING_PAUSE_MS = 700
const KEPT_FIELDS = ['step', 'category', 'kind', 'words', 'photos', 'voice', 'group', 'placeNote', 'phone', 'confidential', 'aboutCadres']
const SAY_SOMETHING = '请写几个字、拍张照片，或说一段话。'
const NOT_SENT_YET = '照片或录音还没传上，等一下或删掉再交。'

/** @param {any} file */
const isOnItsWay = (file) => Boolean(file.state) && file.state !== 'sent'

Page(page({
  data: {
    step: 'category', kinds: [], categories: [], village: null, groups: [], mostPhotos: 3, mostSeconds: 60,
    category: null, kind: 'help', words: '', photos: [], voice: {}, group: [], placeNote: '', phone: '',
    confidential: false, aboutCadres: false, confidentialHint: '', suggested: null, suggestedBecause: '',
    isSending: false, formProblem: '', ticket: null, mayAsk: false, isSubscribed: false, showsMore: false,
  },
  pause: 0,

  onLoad() { this.load() },
  onShow() { if (this.data.state === 'ready' && !this.data.village) this.load() },

  async fetch() {
    const [options, me] = await Promise.all([getOptions(), getMe()])
    const village = me.binding ? me.binding.village : null
    const inside = village ? await listRegions(village.id).catch(() => ({ items: [] })) : { items: [] }
    const draft = drafts.read(DRAFT) || {}
    const group = me.binding && me.binding.group ? [me.binding.group.id] : []
    this.askForTemplates()
    return {
      kinds: options.kinds.map((one) => ({ id: one.code, text: one.name })),
      categories: options.categories,
      confidentialHint: options.confidential_hint,
      mostPhotos: options.most_photos,
      mostSeconds: options.most_seconds,
      village,
      groups: inside.items.map((one) => ({ id: one.id, text: one.name })),
      group,
      ...draft,
    }
  },

  /** The dialog must follow the tap at once, so what it asks for is fetched before. */
  async askForTemplates() {
    const mayAsk = await subscriptions.prepare()
    this.setData({ mayAsk })
  },

  keepDraft() {
    const draft = {}
    KEPT_FIELDS.forEach((name) => { draft[name] = this.data[name] })
    drafts.keep(DRAFT, draft)
  },

  pickCategory(event) {
    const { code } = event.currentTarget.dataset
    this.setData({ category: code || null, step: 'words', suggested: null })
    this.keepDraft()
  },

  toCategories() { this.setData({ step: 'category' }) },

  write(event) {
    const words = event.detail.value
    this.setData({ words, formProblem: '' })
    this.keepDraft()
    clearTimeout(this.pause)
    this.pause = setTimeout(() => this.suggestFor(words), TYPING_PAUSE_MS)
  },

  async suggestFor(words) {
    if (words.trim().length < 4) return
    const found = await suggest(words).catch(() => null)
    if (!found || words !== this.data.words || !found.category || found.category === this.data.category) return
    const category = this.data.categories.find((one) => one.code === found.category)
    if (category) this.setData({ suggested: category, suggestedBecause: found.because.join('、') })
  },

  takeSuggestion() {
    this.setData({ category: this.data.suggested.code, suggested: null })
    this.keepDraft()
  },

  keepSuggestionAway() { this.setData({ suggested: null }) },

  set(values) {
    this.setData({ ...values, formProblem: '' })
    this.keepDraft()
  },

  chooseKind(event) { this.set({ kind: event.detail.chosen.slice(-1)[0] || this.data.kind }) },
  chooseGroup(event) { this.set({ group: event.detail.chosen.slice(-1) }) },
  writePlace(event) { this.set({ placeNote: event.detail.value }) },
  writePhone(event) { this.set({ phone: event.detail.value }) },
  changePhotos(event) { this.set({ photos: event.detail.files }) },
  changeVoice(event) { this.set({ voice: event.detail.file }) },
  switchConfidential() { this.set({ confidential: !this.data.confidential }) },
  switchAboutCadres() { this.set({ aboutCadres: !this.data.aboutCadres }) },
  toggleMore() { this.setData({ showsMore: !this.data.showsMore }) },

  problem() {
    const { words, photos, voice } = this.data
    if (photos.some(isOnItsWay) || isOnItsWay(voice)) return NOT_SENT_YET
    if (!words.trim() && !photos.length && !voice.id) return SAY_SOMETHING
    return ''
  },

  body() {
    const { kind, category, words, photos, voice, village, group, placeNote, phone, confidential, aboutCadres } = this.data
    return {
      kind, category, words: words.trim() || null,
      file_ids: photos.map((one) => one.id).concat(voice.id ? [voice.id] : []),
      village_id: village.id, group_id: group.length ? group[0] : null, place_note: placeNote.trim() || null,
      confidential, about_cadres: aboutCadres, phone: phone.trim() || null,
    }
  },

  async send() {
    const formProblem = this.problem()
    if (formProblem) return this.setData({ formProblem })
    if (this.data.isSending) return undefined
    this.setData({ isSending: true, formProblem: '' })
    const { words, village } = this.data
    const outcome = await outbox.submit({
      path: outbox.TICKETS, body: this.body(), village_name: village.name, service_point_name: '', label: words.trim().slice(0, 20) || '一件诉求',
    })
    this.setData({ isSending: false })
    return this.finish(outcome)
  },

  finish({ state, answer, error }) {
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    if (state === 'refused') return this.refused(error)
    drafts.drop(DRAFT)
    if (state === 'sent') return this.setData({ step: 'sent', ticket: answer })
    return this.setData({ step: 'waiting' })
  },

  refused(error) {
    if (isUnanswered(error)) return this.setData({ state: 'error', problem: describe(error) })
    const [first] = Object.keys(error.errors || {}).map((name) => error.errors[name][0])
    return this.setData({ formProblem: first || error.message })
  },

  async subscribe() {
    this.setData({ isSubscribed: await subscriptions.ask(), mayAsk: false })
  },

  openTicket() { wx.redirectTo({ url: `/pages/tickets/detail/index?id=${this.data.ticket.id}` }) },
  openTickets() { wx.redirectTo({ url: '/pages/tickets/index' }) },
  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
