const { page } = require('../../../core/ui/page')
const session = require('../../../core/send/session')
const pageCache = require('../../../core/ui/page_cache')
const drafts = require('../../../core/send/drafts')
const outbox = require('../../../core/send/outbox')
const { openOwnFile } = require('../../../core/send/own_file')
const { getOwnData, deleteOwnData, writeOwnFile, closeAccount } = require('../../../api/me')

const DELETIONS = {
  household: '户名删掉以后，可以再填。',
  notices: '消息删掉就找不回来了。',
  rating_words: '评价里写的话都删掉，点过的评价还在。',
}

/** Nothing of the person stays on this phone, drafts and what still waited included. */
const emptyPhone = () => {
  pageCache.forgetAll()
  drafts.dropAll()
  outbox.dropAll()
}

Page(page({
  data: { parts: [], goes: [], stays: [], whyNot: '', isClosing: false, isBusy: false, problem: null, told: '' },

  async fetch() {
    const { parts, goes, stays, why_not: whyNot } = await getOwnData()
    return { parts, goes, stays, whyNot: whyNot || '' }
  },

  /** Runs one act at a time; what went wrong is said below the buttons. @param {() => Promise<void>} act */
  async doing(act) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true, told: '' })
    await act().catch((/** @type {any} */ error) => this.setData({ told: error.message }))
    this.setData({ isBusy: false })
  },

  takeAlong() {
    return this.doing(async () => {
      const { url } = await writeOwnFile()
      await openOwnFile(url)
    })
  },

  async remove(event) {
    const { name } = event.currentTarget.dataset
    const { confirm } = await wx.showModal({ title: '要删掉吗？', content: DELETIONS[name], confirmText: '删掉', cancelText: '不删' })
    if (!confirm) return
    await this.doing(async () => {
      await deleteOwnData(name)
      pageCache.forgetAll()
      await this.load()
    })
  },

  async withdraw() {
    const content = '撤回以后就退出登录，手机不再传任何东西，没传出去的也不传了。已经记下的，到期会删；想马上删，请用「注销」。'
    const { confirm } = await wx.showModal({ title: '要撤回同意吗？', content, confirmText: '撤回', cancelText: '不撤' })
    if (!confirm) return
    await this.doing(async () => {
      await session.withdraw()
      emptyPhone()
      wx.reLaunch({ url: '/pages/home/index' })
    })
  },

  /** What goes and what stays is read from its beginning. */
  askToClose() {
    this.setData({ isClosing: true, told: '' })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },
  keepOpen() { this.setData({ isClosing: false, told: '' }) },

  async close() {
    const { confirm } = await wx.showModal({ title: '真的要注销吗？', content: '注销以后找不回来。', confirmText: '注销', cancelText: '不注销' })
    if (!confirm) return
    await this.doing(async () => {
      await closeAccount()
      wx.clearStorageSync()
      session.leave()
      wx.reLaunch({ url: '/pages/home/index' })
    })
  },

  openPrivacy() { wx.navigateTo({ url: '/pages/privacy/index' }) },
}))
