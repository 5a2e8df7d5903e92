const { page } = require('../../../core/ui/page')
const drafts = require('../../../core/send/drafts')
const { Typing } = require('../../../core/ui/typing_timer')
const { absolute } = require('../../../core/send/send')
const { toneOf } = require('../../../core/ui/lights')
const subscriptions = require('../../../core/send/subscriptions')
const { getCadreTicket, findReplies, move } = require('../../../api/cadre')

const MOVED = 'ticket_moved'
const SEARCH_PAUSE_MS = 400
/** What a template leaves to be filled in. */
const BLANK = /【[\s_＿]*】|[ ＿_]{4,}/g
/** By how many days more somebody asks for; the county's rules allow fifteen at most. */
const EXTENSIONS = [1, 3, 5, 10, 15]
/** What can be written, in the order in which it is offered. */
const TASKS = [
  { may: 'reply', code: 'reply', name: '答复', hint: '怎么办的？办不了写清理由' },
  { may: 'progress', code: 'progress', name: '说进展', hint: '办到哪一步了' },
  { may: 'ask', code: 'question', name: '问村民', hint: '要问什么（计时暂停）' },
  { may: 'request_extension', code: 'extension', name: '申请延期', hint: '理由，村民会看到' },
  { may: 'hand_back', code: 'return', name: '退单', hint: '为什么不归咱们办' },
]
const THANKS = { reply: '答复了', progress: '告诉村民了', question: '问出去了', extension: '申请了', return: '退回县里了', signature: '签收了',
  resumption: '接着办' }

const countBlanks = (/** @type {string} */ words) => (words.match(BLANK) || []).length

const describe = (/** @type {any} */ ticket) => ({
  ticket,
  tone: toneOf(ticket),
  photos: ticket.files.filter((file) => file.kind === 'photo').map((file) => absolute(file.url)),
  voices: ticket.files.filter((file) => file.kind === 'voice'),
  tasks: TASKS.filter((one) => ticket.may.includes(one.may)),
  maySign: ticket.may.includes('sign'),
  mayResume: ticket.may.includes('resume'),
})

Page(page({
  data: {
    ticket: null, tone: 'soft', photos: [], voices: [], tasks: [], maySign: false, mayResume: false, task: null, words: '',
    proofs: [], days: 3, extensions: EXTENSIONS, templates: [], past: [], searchWords: '', showsReplies: false, blanks: 0,
    isSending: false, formProblem: '',
  },
  pause: 0,

  onLoad(query) {
    this.query = query
    this.typing = new Typing()
    subscriptions.prepare()
    const draft = drafts.read(`work:${query.id}`)
    if (draft) this.draft = draft
  },

  async fetch() {
    const found = describe(await getCadreTicket(this.query.id))
    const { draft } = this
    this.draft = null
    const task = draft && found.tasks.find((one) => one.code === draft.task)
    return task ? { ...found, task, words: draft.words, blanks: countBlanks(draft.words), proofs: draft.proofs || [] } : found
  },

  keepDraft() {
    const { task, words, proofs } = this.data
    drafts.keep(`work:${this.query.id}`, { task: task ? task.code : '', words, proofs })
  },

  choose(event) {
    const task = this.data.tasks[event.currentTarget.dataset.index]
    this.setData({ task, formProblem: '', showsReplies: false })
    if (task.code === 'reply') this.findReplies('')
    this.keepDraft()
  },

  write(event) {
    this.typing.note()
    const words = event.detail.value
    this.setData({ words, blanks: countBlanks(words), formProblem: '' })
    this.keepDraft()
  },

  changeProofs(event) {
    this.setData({ proofs: event.detail.files, formProblem: '' })
    this.keepDraft()
  },

  changeDays(event) { this.setData({ days: Number(event.currentTarget.dataset.days) }) },

  async openReplies() {
    this.setData({ showsReplies: !this.data.showsReplies })
    if (this.data.showsReplies) await this.findReplies('')
  },

  searchReplies(event) {
    const searchWords = event.detail.value
    this.setData({ searchWords })
    clearTimeout(this.pause)
    this.pause = setTimeout(() => this.findReplies(searchWords), SEARCH_PAUSE_MS)
  },

  async findReplies(words) {
    try {
      const { templates, past } = await findReplies(this.query.id, words.trim())
      if (words === this.data.searchWords) this.setData({ templates, past })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
  },

  take(event) {
    const { from, index } = event.currentTarget.dataset
    const { words } = this.data[from][index]
    this.setData({ words, blanks: countBlanks(words), showsReplies: false })
    this.keepDraft()
  },

  /** Sends one act; should somebody have been quicker, the newest state is shown with the words kept. */
  async send(what, data) {
    if (this.data.isSending) return
    this.setData({ isSending: true, formProblem: '' })
    const { ticket } = this.data
    if (what === 'signature' || what === 'reply') await subscriptions.ask()
    try {
      const after = await move(ticket.id, what, { version: ticket.version, ...data })
      drafts.drop(`work:${ticket.id}`)
      this.typing = new Typing()
      this.setData({ ...describe(after), task: null, words: '', blanks: 0, proofs: [] })
      wx.showToast({ title: THANKS[what], icon: 'success' })
    } catch (error) {
      if (error.code === 'ticket_unknown' && what === 'return') { wx.navigateBack(); return }
      const [first] = Object.keys(error.errors || {}).map((name) => error.errors[name][0])
      this.setData({ formProblem: first || error.message })
      if (error.code === MOVED) await this.load()
    }
    this.setData({ isSending: false })
  },

  sign() { return this.send('signature', {}) },
  resume() { return this.send('resumption', {}) },

  submit(event) {
    const { task, words, proofs, days } = this.data
    if (!words.trim()) return this.setData({ formProblem: '请写几句。' })
    const blanks = countBlanks(words)
    if (blanks) return this.setData({ formProblem: `还有 ${blanks} 处【】没有填，填好再交。` })
    if (proofs.some((one) => one.state !== 'sent')) return this.setData({ formProblem: '照片还没传上，等一下或删掉再交。' })
    const data = { words: words.trim(), typing_seconds: this.typing.seconds() }
    if (task.code === 'reply') data.result = event.currentTarget.dataset.result || 'done'
    if (task.code === 'reply' || task.code === 'progress') data.file_ids = proofs.map((one) => one.id)
    if (task.code === 'extension') data.days = days
    return this.send(task.code, data)
  },

  call() { wx.makePhoneCall({ phoneNumber: this.data.ticket.contact.phone }).catch(() => undefined) },
  look(event) { wx.previewImage({ urls: this.data.photos, current: this.data.photos[event.currentTarget.dataset.index] }) },
}))
