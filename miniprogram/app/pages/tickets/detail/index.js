const { page } = require('../../../core/ui/page')
const drafts = require('../../../core/send/drafts')
const { absolute } = require('../../../core/send/send')
const { plainLevels } = require('../../../core/ui/levels')
const { toneOf } = require('../../../core/ui/lights')
const { dayWords } = require('../../../core/ui/words')
const { getTicket, act } = require('../../../api/tickets')

const MOVED = 'ticket_moved'

const isPhoto = (/** @type {any} */ file) => file.kind === 'photo'

/** What the office answered, with its photos and those from before. @param {any} ticket */
const answerOf = ({ answer, files }) => answer && {
  ...answer,
  day: dayWords(answer.at),
  before: files.filter(isPhoto).slice(0, 1).map((/** @type {any} */ file) => absolute(file.url)),
  now: answer.files.filter(isPhoto).map((/** @type {any} */ file) => absolute(file.url)),
}

/** @param {any} ticket */
const describe = (ticket) => ({
  ticket,
  tone: toneOf(ticket),
  photos: ticket.files.filter(isPhoto).map((file) => absolute(file.url)),
  voices: ticket.files.filter((file) => file.kind === 'voice'),
  answered: answerOf(ticket),
  asksVerdict: ticket.may.includes('verdict'),
  mayReopen: ticket.may.includes('reopen'),
  mayWithdraw: ticket.may.includes('withdraw'),
  maySupplement: ticket.may.includes('supplement'),
})

Page(page({
  data: {
    ticket: null, tone: 'soft', photos: [], voices: [], answered: null, asksVerdict: false, mayReopen: false, mayWithdraw: false,
    maySupplement: false, words: '', answerPhotos: [], answer: '', level: 0, levels: plainLevels(), isSending: false, formProblem: '',
  },

  onLoad(query) {
    this.query = query
    this.setData({ words: drafts.read(`answer:${query.id}`) || '' })
  },

  async fetch() { return describe(await getTicket(this.query.id)) },

  write(event) {
    const words = event.detail.value
    this.setData({ words, formProblem: '' })
    drafts.keep(`answer:${this.query.id}`, words)
  },

  changePhotos(event) { this.setData({ answerPhotos: event.detail.files, formProblem: '' }) },
  chooseLevel(event) { this.setData({ level: event.detail.level }) },

  /** Sends one act and shows the ticket as it is then; what somebody else did meanwhile is shown too. */
  async send(what, data, thanks) {
    if (this.data.isSending) return
    this.setData({ isSending: true, formProblem: '' })
    const { ticket } = this.data
    try {
      const after = await act(ticket.id, what, { version: ticket.version, ...data })
      drafts.drop(`answer:${ticket.id}`)
      this.setData({ ...describe(after), words: '', answerPhotos: [], answer: '', level: 0 })
      wx.showToast({ title: thanks, icon: 'success' })
    } catch (error) {
      this.setData({ formProblem: error.message })
      if (error.code === MOVED) await this.load()
    }
    this.setData({ isSending: false })
  },

  supplement() {
    const { words, answerPhotos } = this.data
    if (answerPhotos.some((one) => one.state !== 'sent')) return this.setData({ formProblem: '照片还没传上，等一下或删掉再交。' })
    return this.send('supplement', { words: words.trim() || null, file_ids: answerPhotos.map((one) => one.id) }, '告诉他们了')
  },

  choose(event) { this.setData({ answer: event.currentTarget.dataset.answer, formProblem: '' }) },

  verdict() { return this.say(false, '记下了') },
  callBack() { return this.say(false, '县里会回访您') },
  doAgain() { return this.say(true, '要求重办了') },

  /** The villager's word; 没解决 goes on at once where another round is wanted. */
  say(reopen, thanks) {
    const { answer, words, level } = this.data
    return this.send('verdict', { answer, level: level || null, words: words.trim() || null, reopen }, thanks)
  },

  reopen() {
    const { words, ticket } = this.data
    const isSaid = ticket.verdict && ticket.verdict.answer === 'not'
    if (!isSaid && !words.trim()) return this.setData({ formProblem: '请说说哪里还没解决。' })
    return this.send('reopening', { words: words.trim() || null }, '要求重办了')
  },

  async withdraw() {
    const { confirm } = await wx.showModal({ title: '不提了？', content: '撤回以后就不办了。', confirmText: '撤回', cancelText: '不撤' })
    if (confirm) await this.send('withdrawal', { words: null }, '撤回了')
  },

  lookAnswer(event) {
    const { before, now } = this.data.answered
    wx.previewImage({ urls: before.concat(now), current: event.currentTarget.dataset.url })
  },
  look(event) { wx.previewImage({ urls: this.data.photos, current: this.data.photos[event.currentTarget.dataset.index] }) },
  call() { wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined) },
}))
