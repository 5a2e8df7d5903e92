const { page } = require('../../../core/ui/page')
const { uuid } = require('../../../core/uuid')
const { absolute } = require('../../../core/send/send')
const { isTemporary } = require('../../../core/errors')
const subscriptions = require('../../../core/send/subscriptions')
const { lookUp, handOut } = require('../../../api/shop')

const UNKNOWN = '还不知道记上没有，先别给东西。等有信号了，再点一次「确认」。'

Page(page({
  data: { found: null, photo: '', isSending: false, isDone: false, formProblem: '' },
  key: '',

  async fetch(query) {
    subscriptions.prepare()
    const found = await lookUp(query.code)
    return { found, photo: absolute(found.photo_url) }
  },

  /** Looked up once: coming back to the page must not ask for a code that was used. */
  onShow() { if (!this.data.found) this.load() },

  /** Until it was answered the key stays: what the server has done already is not done twice. */
  async confirm() {
    if (this.data.isSending) return
    this.setData({ isSending: true, formProblem: '' })
    const { code, scanned } = this.options
    await subscriptions.ask()
    try {
      this.key = this.key || await uuid()
      await handOut(this.data.found.id, { code, scanned: Boolean(scanned) }, this.key)
      this.setData({ isDone: true })
      wx.vibrateShort({ type: 'medium' })
    } catch (error) {
      this.setData({ formProblem: isTemporary(error) ? UNKNOWN : error.message })
    }
    this.setData({ isSending: false })
  },

  goBack() { wx.navigateBack() },
}))
