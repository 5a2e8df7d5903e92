const { page, describe } = require('../../../core/ui/page')
const { spaced } = require('../../../core/redemption_code')
const { getRedemption, newCode } = require('../../../api/rewards')

const TICK_MS = 1000
/** How often the page asks whether the shop has confirmed. */
const ASK_EVERY = 4

const leftWords = (/** @type {number} */ seconds) => {
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0')
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
}

Page(page({
  data: { redemption: null, digits: '', shown: '', picture: '', left: 0, leftWords: '', isOver: false, isRenewing: false, renewProblem: '' },
  timer: 0,
  endsAt: 0,
  ticks: 0,

  async fetch(query) {
    const redemption = await getRedemption(query.id)
    if (redemption.state !== 'reserved') return { redemption, picture: '' }
    return { redemption, ...this.take(await newCode(query.id)) }
  },

  onShow() {
    this.run()
    if (!this.data.picture || this.data.isOver) this.load()
  },
  onHide() { this.stop() },
  onUnload() { this.stop() },

  run() {
    this.stop()
    this.timer = setInterval(() => this.tick(), TICK_MS)
  },
  stop() { clearInterval(this.timer) },

  /** Counted from here on: the phone's own clock may be wrong. @param {any} code */
  take(code) {
    this.endsAt = Date.now() + code.seconds * 1000
    return {
      digits: code.digits, shown: spaced(code.digits), picture: code.picture, isOver: false, renewProblem: '',
      left: code.seconds, leftWords: leftWords(code.seconds),
    }
  },

  tick() {
    const { picture, redemption, isOver } = this.data
    if (!picture || !redemption || redemption.state !== 'reserved') return
    const left = Math.max(0, Math.round((this.endsAt - Date.now()) / 1000))
    this.setData({ left, leftWords: leftWords(left), isOver: left === 0 })
    this.ticks += 1
    if (!isOver && this.ticks % ASK_EVERY === 0) this.ask()
  },

  /** Quietly: without a signal the code on the screen still counts. */
  async ask() {
    const found = await getRedemption(this.options.id).catch(() => null)
    if (!found || found.state === 'reserved') return
    this.stop()
    this.setData({ redemption: found, picture: '' })
    if (found.state === 'handed_out') wx.vibrateShort({ type: 'medium' })
  },

  async renew() {
    if (this.data.isRenewing) return
    this.setData({ isRenewing: true, renewProblem: '' })
    try {
      this.setData(this.take(await newCode(this.options.id)))
    } catch (error) {
      this.setData({ renewProblem: describe(error).message })
      if (error.status === 409) await this.load()
    }
    this.setData({ isRenewing: false })
  },

  openMine() { wx.redirectTo({ url: '/pages/rewards/mine/index' }) },
}))
