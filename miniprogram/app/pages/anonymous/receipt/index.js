const { plainPage } = require('../../../core/ui/plain_page')
const anonymous = require('../../../core/anonymous/anonymous')
const anonymousState = require('../../../core/anonymous/anonymous_state')
const { clean } = require('../../../core/anonymous/envelope')
const { codeOf, groupsOf, spoken } = require('../../../core/anonymous/receipt_code')
const { plainLevels } = require('../../../core/ui/levels')

const NOT_WHOLE = '回执是 16 个数字，请对着再看一遍。'
const LATER = '记下了。夜里才送到办事的人手里，过一两天再来看。'

/** @param {string} code */
const known = (code) => ({ code, shown: groupsOf(code).join(' '), said: spoken(code) })

/** Receipts on this phone: those written down, and those of letters that are not safe yet. */
const receiptsHere = () => {
  const { receipts, outbox } = anonymousState.read()
  const waiting = outbox.filter((one) => one.kind === 'ticket' && one.code).map((one) => one.code || '')
  return Array.from(new Set(waiting.concat(receipts))).map(known)
}

/** @param {any} ticket */
const describe = (ticket) => ({
  ticket,
  asksVerdict: ticket.may.includes('verdict'),
  mayReopen: ticket.may.includes('reopen'),
  mayWrite: ticket.may.includes('message'),
})

Page(plainPage({
  data: {
    typed: '', code: '', receipts: [], ticket: null, asksVerdict: false, mayReopen: false, mayWrite: false, answer: '', level: 0,
    levels: plainLevels(), words: '', isLooking: false, isSending: false, lookProblem: '', formProblem: '', said: '',
  },

  onLoad(query) {
    this.load()
    const code = codeOf(query.code || '')
    if (code) this.open(code)
  },

  onShow() { this.setData({ receipts: receiptsHere() }) },
  fetch: async () => ({ receipts: receiptsHere() }),

  type(event) { this.setData({ typed: event.detail.value, lookProblem: '' }) },
  openKept(event) { return this.open(event.currentTarget.dataset.code) },

  look() {
    const code = codeOf(this.data.typed)
    if (!code) return this.setData({ lookProblem: NOT_WHOLE })
    return this.open(code)
  },

  async open(/** @type {string} */ code) {
    if (this.data.isLooking) return
    this.setData({ isLooking: true, lookProblem: '' })
    try {
      const ticket = await anonymous.lookUp(code)
      this.setData({ code, typed: '', answer: '', level: 0, words: '', said: '', formProblem: '', ...describe(ticket) })
      wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    } catch (error) {
      this.setData({ lookProblem: error.code ? error.message : '没查成，请再试一次。' })
    }
    this.setData({ isLooking: false })
  },

  close() { this.setData({ ticket: null, code: '', receipts: receiptsHere() }) },
  choose(event) { this.setData({ answer: event.currentTarget.dataset.answer, formProblem: '' }) },
  chooseLevel(event) { this.setData({ level: event.detail.level }) },
  write(event) { this.setData({ words: event.detail.value, formProblem: '' }) },

  /** Kept and sent as every letter: without a signal it waits. */
  async send(/** @type {any} */ word) {
    if (this.data.isSending) return
    this.setData({ isSending: true, formProblem: '' })
    try {
      const { state, error } = await anonymous.sendWord(this.data.code, word)
      if (state === 'refused') this.setData({ formProblem: error.message })
      else {
        const said = state === 'waiting' ? '还没传出去，信号好了自动再传。' : LATER
        this.setData({ said, words: '', answer: '', asksVerdict: false, mayReopen: false, mayWrite: false })
      }
    } catch (error) {
      this.setData({ formProblem: error.code ? error.message : '没传成，请再试一次。' })
    }
    this.setData({ isSending: false })
  },

  verdict() {
    const { answer, level, words } = this.data
    return this.send({ kind: 'verdict', answer, level: level || null, words: clean(words) || null })
  },

  /** @param {'message'|'reopen'} kind @param {string} missing */
  sendWords(kind, missing) {
    const words = clean(this.data.words)
    if (!words) return this.setData({ formProblem: missing })
    return this.send({ kind, words })
  },

  message() { return this.sendWords('message', '请写几个字。') },
  reopen() { return this.sendWords('reopen', '请说说哪里还没解决。') },
}))
