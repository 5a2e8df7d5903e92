const { page } = require('../../core/ui/page')
const { acceptInvitation } = require('../../api/me')
const { becomeKeeper } = require('../../api/shop')
const { becomeSubjectStaff } = require('../../api/subjects')

/** Codes of cadres hold neither; those of assessed subjects begin with 00, of shops with a 0, those that activate an account with a 1. */
const SUBJECT = '00'
const SHOP = '0'
const ACCOUNT = '1'

Page(page({
  data: { state: 'ready', code: '', problem: '', isSending: false, isDone: false, isShop: false, isSubject: false, isAccount: false, digits: '' },

  onShow() {},

  /** @param {{detail: {value: string}}} event */
  write(event) {
    this.setData({ code: event.detail.value, problem: '' })
  },

  async send() {
    const code = this.data.code.trim()
    if (!code) return this.setData({ problem: '请先填邀请码。' })
    if (this.data.isSending) return undefined
    this.setData({ isSending: true, problem: '' })
    try {
      const isSubject = code.startsWith(SUBJECT)
      const isShop = !isSubject && code.startsWith(SHOP)
      const accept = isSubject ? becomeSubjectStaff : isShop ? becomeKeeper : acceptInvitation
      const accepted = await accept(code)
      const digits = (accepted && accepted.phone_digits) || ''
      this.setData({ isDone: true, isShop, isSubject, isAccount: code.startsWith(ACCOUNT), digits })
    } catch (error) {
      this.setData({ problem: error.message })
    }
    return this.setData({ isSending: false })
  },

  openShop() { wx.redirectTo({ url: '/pages/shop/index' }) },

  openSubject() { wx.redirectTo({ url: '/pages/subject/index' }) },

  goBack() {
    wx.switchTab({ url: '/pages/me/index' })
  },
}))
