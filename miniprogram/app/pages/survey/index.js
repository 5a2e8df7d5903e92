const { plainPage } = require('../../core/ui/plain_page')
const anonymous = require('../../core/anonymous/anonymous')
const { card: shareCard } = require('../../core/ui/share')
const clock = require('../../core/clock')
const drafts = require('../../core/send/drafts')
const survey = require('../../core/anonymous/survey')
const { clean } = require('../../core/anonymous/envelope')
const { plainLevels } = require('../../core/ui/levels')

const LONGEST = 200
/** As long as the envelope takes to close. */
const SEAL_MS = 1500
const CHANGED = '题目刚才改过了，请再看一遍，重新交。'

const draftOf = (/** @type {string} */ period) => `survey:${period}`
const wait = (/** @type {number} */ time) => new Promise((resolve) => { setTimeout(resolve, time) })

/** A question with its place on the screen. @param {any} question */
const describe = (question) => ({
  ...question,
  choices: question.options.map((/** @type {string} */ text, /** @type {number} */ index) => ({ index, text })),
})

/** What counts as an answer; nothing chosen and nothing written is a skipped question. @param {any} answer */
const normal = (answer) => {
  if (typeof answer === 'string') return clean(answer.slice(0, LONGEST)) || null
  if (Array.isArray(answer)) return answer.length ? answer.slice().sort((one, other) => one - other) : null
  return answer === undefined ? null : answer
}

Page(plainPage({
  onShareAppMessage: () => shareCard('这个月的问卷：不记名，一分钟', '/pages/survey/index'),

  data: {
    view: 'none', message: '', code: '', title: '', unitName: '', unitSize: 0, opensOn: '', period: '', points: 0, questions: [], place: 0, answers: [],
    question: null, answer: null, marks: [], levels: plainLevels(), longest: LONGEST, isClockWrong: false,
    isStuck: false, isCounted: false, isSending: false, formProblem: '',
  },

  onLoad() { this.load() },

  onShow() {
    if (!this.stopListening) this.stopListening = anonymous.listen((outcome) => this.heard(outcome))
    if (this.data.state === 'ready' && this.data.view !== 'ask' && !this.data.isSending) this.load()
  },

  onUnload() {
    if (this.stopListening) this.stopListening()
  },

  /** Nothing is asked of any server here: opening the page tells nobody anything. */
  async fetch() {
    const found = survey.standing()
    if (found.view === 'done') drafts.drop(draftOf(found.period))
    const draft = found.view === 'ask' ? drafts.read(draftOf(found.period)) : null
    const isSame = draft && draft.asked === JSON.stringify(found.questions)
    const questions = (found.questions || []).map(describe)
    const answers = isSame ? draft.answers : questions.map(() => null)
    const isStuck = anonymous.stuck().some((one) => one.kind === 'survey')
    return {
      message: '', code: '', isStuck, ...found, questions, answers, isClockWrong: clock.isWrong(),
      ...this.at(questions, answers, isSame ? draft.place : 0),
    }
  },

  /** @param {any[]} questions @param {any[]} answers @param {number} place */
  at(questions, answers, place) {
    const answer = place < answers.length ? answers[place] : null
    const question = questions[place] || null
    return {
      place, question, answer,
      marks: question ? question.choices.map((/** @type {any} */ one) => (Array.isArray(answer) ? answer.includes(one.index) : answer === one.index)) : [],
    }
  },

  keep(/** @type {any} */ answer) {
    const answers = this.data.answers.slice()
    answers[this.data.place] = answer
    this.setData({ answers, formProblem: '', ...this.at(this.data.questions, answers, this.data.place) })
    this.keepDraft()
  },

  keepDraft() {
    const { period, questions, answers, place } = this.data
    const asked = JSON.stringify(questions.map(({ choices, ...question }) => question))
    drafts.keep(draftOf(period), { asked, answers, place })
  },

  chooseLevel(event) { this.keep(event.detail.level ? event.detail.level - 1 : null) },
  write(event) { this.keep(event.detail.value) },

  choose(event) {
    const { index } = event.currentTarget.dataset
    const { question, answer } = this.data
    if (question.kind === 'single') return this.keep(answer === index ? null : index)
    const chosen = answer || []
    return this.keep(chosen.includes(index) ? chosen.filter((/** @type {number} */ one) => one !== index) : chosen.concat(index))
  },

  go(/** @type {number} */ place) {
    this.setData(this.at(this.data.questions, this.data.answers, place))
    this.keepDraft()
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  back() { this.go(this.data.place - 1) },

  forward() {
    if (this.data.place + 1 < this.data.questions.length) return this.go(this.data.place + 1)
    return this.send()
  },

  async send() {
    if (this.data.isSending) return
    const answers = this.data.answers.map(normal)
    if (answers.every((/** @type {any} */ one) => one === null)) {
      this.setData({ formProblem: '一题都还没答。答一题也行。' })
      return
    }
    this.setData({ isSending: true, formProblem: '' })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    try {
      const [outcome] = await Promise.all([anonymous.answer(answers), wait(SEAL_MS)])
      await this.finish(outcome)
    } catch (error) {
      this.setData({ formProblem: error.code ? error.message : '没封好，请再试一次。' })
    }
    this.setData({ isSending: false })
  },

  async finish(/** @type {any} */ { state, error }) {
    const isChanged = state === 'refused' && error.status === 422
    if (isChanged) await survey.refresh(this.data.county)
    await this.load()
    if (isChanged) this.setData({ formProblem: CHANGED })
  },

  /** Something that waited has been answered while this page was open. */
  heard(/** @type {any} */ { message }) {
    if (message.kind === 'survey' && !this.data.isSending) this.load()
  },

  openCheck() { wx.navigateTo({ url: '/pages/survey/check/index' }) },
  openVillage() { wx.switchTab({ url: '/pages/village/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
  call() { wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined) },
}))
