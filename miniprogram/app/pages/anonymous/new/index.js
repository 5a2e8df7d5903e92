const { plainPage } = require('../../../core/ui/plain_page')
const anonymous = require('../../../core/anonymous/anonymous')
const drafts = require('../../../core/send/drafts')
const anonymousState = require('../../../core/anonymous/anonymous_state')
const { whyNone } = require('../../../core/anonymous/no_ballot')
const clock = require('../../../core/clock')
const { clean, PHOTO_LIMIT } = require('../../../core/anonymous/envelope')
const { makeCode } = require('../../../core/anonymous/receipt_code')
const { fromDevice, isCancelled } = require('../../../core/errors')
const { showFailure } = require('../../../core/ui/way_out')
const { saveToAlbum } = require('../../../core/anonymous/receipt_picture')
const { shrink } = require('../../../core/anonymous/small_photo')

const DRAFT = 'anonymous'
const KEPT_FIELDS = ['step', 'category', 'kind', 'words', 'place', 'aboutCadres']
const KINDS = [
  { code: 'help', name: '求助' }, { code: 'complaint', name: '投诉' }, { code: 'suggestion', name: '建议' }, { code: 'report', name: '举报' },
]
const NOWHERE = 0

/** Questions and thanks need no secrecy, and the anonymous door takes neither. @param {{code: string, name: string}[]} kinds */
const secretKinds = (kinds) => kinds.filter((one) => KINDS.some((known) => known.code === one.code))

/** The sentence of the part that is wrong, where there is one. @param {any} error */
const wordsOf = (error) => {
  const [first] = Object.keys(error.errors || {}).map((name) => error.errors[name][0])
  return first || error.message
}
const NO_TICKET = {
  code: 'no_token',
  message: '这个月的两张匿名诉求票用完了，下个月又有。要紧的事请打 12345。',
}

/** @param {anonymousState.Purse} held why no ticket can be written, or null */
const refusalOf = (held) => {
  const ballots = held.ballots[clock.period()]
  if (!ballots || ballots.state !== 'ready') return whyNone(held)
  return (ballots.tickets || []).length ? null : NO_TICKET
}

Page(plainPage({
  data: {
    step: 'category', kinds: [], categories: [], places: [], category: null, kind: 'help', words: '', place: [], aboutCadres: false,
    photos: [], left: 0, refusal: null, isSending: false, formProblem: '', code: '', outcome: '', isNoted: false,
  },

  onLoad() { this.load() },
  onShow() { if (this.data.state === 'ready' && this.data.refusal) this.load() },

  /** All of it was fetched ahead: opening the page asks no server anything. */
  async fetch() {
    const held = anonymousState.read()
    const { kinds, categories } = held.options || { kinds: KINDS, categories: [] }
    const ballots = held.ballots[clock.period()]
    const village = ballots && ballots.village
    const places = village ? [{ id: village.id, text: village.name }, { id: NOWHERE, text: '不说哪个村' }] : []
    return {
      kinds: secretKinds(kinds).map((/** @type {any} */ one) => ({ id: one.code, text: one.name })),
      categories, places, place: village ? [village.id] : [],
      step: categories.length ? 'category' : 'words',
      left: ballots ? (ballots.tickets || []).length : 0,
      refusal: refusalOf(held),
      ...drafts.read(DRAFT),
    }
  },

  keepDraft() {
    /** @type {Record<string, any>} */
    const draft = {}
    KEPT_FIELDS.forEach((name) => { draft[name] = this.data[name] })
    drafts.keep(DRAFT, draft)
  },

  set(/** @type {any} */ values) {
    this.setData({ ...values, formProblem: '' })
    this.keepDraft()
  },

  pickCategory(event) { this.set({ category: event.currentTarget.dataset.code || null, step: 'words' }) },
  toCategories() { this.set({ step: 'category' }) },
  chooseKind(event) { this.set({ kind: event.detail.chosen.slice(-1)[0] || this.data.kind }) },
  choosePlace(event) { this.set({ place: event.detail.chosen.slice(-1) }) },
  write(event) { this.set({ words: event.detail.value }) },
  switchAboutCadres() { this.set({ aboutCadres: !this.data.aboutCadres }) },
  changePhotos(event) { this.setData({ photos: event.detail.files, formProblem: '' }) },

  async send() {
    const { words, photos, isSending } = this.data
    if (isSending) return
    if (!clean(words) && !photos.length) {
      this.setData({ formProblem: '请写几个字，或拍张照片。' })
      return
    }
    this.setData({ isSending: true, formProblem: '' })
    try {
      await this.seal()
    } catch (error) {
      this.setData({ formProblem: error.code ? error.message : '没封好，请再试一次。' })
    }
    this.setData({ isSending: false })
  },

  async seal() {
    const { kind, category, place, words, aboutCadres, photos } = this.data
    const pictures = []
    for (const { path } of photos) pictures.push(await shrink(path, PHOTO_LIMIT))
    const code = await makeCode()
    const ticket = {
      kind, category, village_id: place[0] || null, words: clean(words), about_cadres: aboutCadres, receipt: code,
    }
    const { state, error } = await anonymous.writeTicket(ticket, pictures)
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    if (state === 'refused') {
      this.setData({ formProblem: wordsOf(error) })
      return
    }
    drafts.drop(DRAFT)
    this.setData({ step: 'receipt', code, outcome: state, words: '', photos: [] })
  },

  async saveToAlbum() {
    try {
      await saveToAlbum(this.data.code)
      wx.showToast({ title: '存到相册了', icon: 'success' })
    } catch (failure) {
      if (!isCancelled(failure)) await showFailure('没存成', fromDevice(failure, '相册', '请把这 16 个数字抄下来。'))
    }
  },

  copy() { wx.setClipboardData({ data: this.data.code, fail: () => undefined }) },

  note() {
    const { code } = this.data
    anonymousState.change((kept) => { if (!kept.receipts.includes(code)) kept.receipts.push(code) })
    this.setData({ isNoted: true })
  },

  openNamed() { wx.redirectTo({ url: '/pages/tickets/new/index' }) },
  openReceipt() { wx.navigateTo({ url: '/pages/anonymous/receipt/index' }) },
  openCheck() { wx.navigateTo({ url: '/pages/survey/check/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
}))
