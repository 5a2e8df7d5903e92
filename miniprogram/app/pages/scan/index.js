const { page, describe } = require('../../core/ui/page')
const { scan, codeOf } = require('../../core/scan')
const { isUnanswered } = require('../../core/errors')
const { toHex } = require('../../core/bytes')
const { absolute } = require('../../core/send/send')
const { isBadLevel, keepLevels, keptLevels } = require('../../core/ui/levels')
const monthlyPrefetch = require('../../core/anonymous/monthly_prefetch')
const { card: shareCard } = require('../../core/ui/share')
const outbox = require('../../core/send/outbox')
const { openCode } = require('../../api/codes')
const { bindVillage } = require('../../api/me')
const { getCallBack, declineCallBack } = require('../../api/ratings')

const EXPIRED = '扫码过了 72 小时，这次没收下。请再扫一次码，重新评一下，很快的。'
/** What names a scan that no server has seen. */
const NONCE = 12
const RATED = { code: 'rated_today', title: '今天已经评过了', message: '一个地方一天评一次。想改，到「我评过的」里改。' }
const SCAN_ANEW = ['scan_token_expired', 'scan_token_used', 'scan_token_invalid']
const CHOOSE_FIRST = '请先点一个脸。'

/** @param {any} opened what the code opens to @returns {any} why not, or null */
const refusalOf = (opened) => {
  if (opened.rated_today) return RATED
  if (opened.may_rate) return null
  const refusal = opened.refusal || { code: 'not_allowed', message: '这里您现在不能评。' }
  return { ...refusal, title: '这次不能评' }
}

Page(page({
  /** Without the code: who was not there has nothing to rate. */
  onShareAppMessage: () => shareCard('扫村里贴的码，评一评办得怎么样', '/pages/scan/index'),

  data: {
    state: 'ask', point: null, village: null, photo: '', levels: [], refusal: null, scanToken: '', offlineScan: null,
    formProblem: '', isSending: false, points: 0, balance: 0, isModerated: false,
    rating: null, isBad: false, callBack: null, isDeclined: false, declineProblem: '',
    suggestion: null, isBinding: false, isBound: false, bindProblem: '', suggests: false,
  },

  onLoad(query) {
    this.query = query
    this.load()
  },

  /** The page stays as it is when the villager comes back to it. */
  onShow() {},

  async load() {
    const { code, q, scene } = this.query
    if (!code && !q && !scene) return
    this.setData({ state: 'loading', formProblem: '' })
    try {
      await this.open(codeOf(this.query))
    } catch (error) {
      this.setData({ state: 'error', problem: describe(error) })
    }
  },

  /** Without a signal the phone keeps the scan itself; the place shows its name when the signal is back. */
  async open(code) {
    try {
      this.place(await openCode(code))
    } catch (error) {
      if (!isUnanswered(error)) throw error
      const { randomValues } = await wx.getRandomValues({ length: NONCE })
      const nonce = toHex(new Uint8Array(randomValues))
      this.setData({
        state: 'ready', problem: null, refusal: null, point: null, village: null, photo: '', scanToken: '', suggests: false,
        levels: keptLevels(), offlineScan: { code, nonce, at: Date.now() },
      })
    }
  },

  place(opened) {
    keepLevels(opened.levels)
    this.setData({
      state: 'ready', problem: null, offlineScan: null,
      point: opened.service_point, village: opened.village, photo: absolute(opened.service_point.photo_url),
      levels: opened.levels, scanToken: opened.scan_token, refusal: refusalOf(opened), suggests: opened.suggest_binding,
    })
  },

  dropPhoto() { this.setData({ photo: '' }) },

  async scanAgain() {
    try {
      const code = await scan()
      if (!code) return
      this.query = { code }
      await this.load()
    } catch (error) {
      this.setData({ state: 'error', problem: describe(error) })
    }
  },

  async send(event) {
    const said = event.detail
    if (!said.level) return this.setData({ formProblem: CHOOSE_FIRST })
    if (this.data.isSending) return undefined
    this.setData({ isSending: true, formProblem: '' })
    const { scanToken, offlineScan, village, point, levels } = this.data
    const { label } = levels.find((one) => one.level === said.level)
    const outcome = await outbox.submit({
      ...(offlineScan ? { scan: offlineScan, body: said } : { body: { scan_token: scanToken, ...said } }),
      village_name: village ? village.name : '没有信号时扫的', service_point_name: point ? point.name : '扫的那个地方', label,
    })
    this.setData({ isSending: false })
    return this.finish(outcome)
  },

  finish({ state, answer, error }) {
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    if (state === 'sent') return this.thank(answer)
    if (state === 'waiting') return this.setData({ state: 'waiting' })
    if (SCAN_ANEW.includes(error.code)) {
      const message = error.code === 'scan_token_expired' ? EXPIRED : error.message
      return this.setData({ state: 'error', problem: { code: error.code, message, canRetry: false } })
    }
    if (error.code === 'rated_today') return this.setData({ refusal: RATED })
    if (error.status === 422) return this.setData({ formProblem: error.message })
    return this.setData({ state: 'error', problem: describe(error) })
  },

  thank(rating) {
    monthlyPrefetch.prepareUnseen()
    this.setData({
      state: 'thanks', points: rating.points_awarded, balance: rating.balance,
      isModerated: rating.words_state === 'moderated', suggestion: this.data.suggests ? this.data.village : null,
      rating, isBad: isBadLevel(rating.level), callBack: null, isDeclined: false,
    })
    if (isBadLevel(rating.level) && this.data.village) this.askCallBack()
  },

  /** Who answers by when; where nobody can say now the page promises nothing. */
  async askCallBack() {
    try {
      const found = await getCallBack(this.data.village.id)
      if (found.office) this.setData({ callBack: found })
    } catch {
      this.setData({ callBack: null })
    }
  },

  async declineCallBack() {
    try {
      await declineCallBack(this.data.rating.id)
      this.setData({ isDeclined: true, declineProblem: '' })
    } catch (error) {
      this.setData({ declineProblem: error.message })
    }
  },

  async bindThis() {
    this.setData({ isBinding: true, bindProblem: '' })
    try {
      await bindVillage({ village_id: this.data.village.id })
      this.setData({ isBound: true, suggestion: null })
    } catch (error) {
      this.setData({ bindProblem: error.message })
    }
    this.setData({ isBinding: false })
  },

  bindOther() { wx.navigateTo({ url: '/pages/bind/index' }) },
  openRatings() { wx.navigateTo({ url: '/pages/ratings/index' }) },
  goHome() { wx.switchTab({ url: '/pages/home/index' }) },
  call() { wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined) },
}))
