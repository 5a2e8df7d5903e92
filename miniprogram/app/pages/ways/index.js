const { page } = require('../../core/ui/page')
const { getWays, askLinkCode, removeWay } = require('../../api/me')

const shown = (/** @type {any} */ found) => ({
  miniProgram: found.mini_program,
  ways: found.ways.map((/** @type {any} */ one) => ({ ...one, words: one.hint ? `${one.name}（${one.hint}）` : one.name })),
  canRemove: found.mini_program || found.ways.length > 1,
})

/** How one gets in: WeChat, and outside of it; digits join a new way to the same person. */
Page(page({
  data: { miniProgram: false, ways: [], canRemove: false, linkCode: '', minutes: 10, isBusy: false, problem: null, told: '' },

  async fetch() { return shown(await getWays()) },

  /** Runs one act at a time; what went wrong is said below the buttons. @param {() => Promise<void>} act */
  async doing(act) {
    if (this.data.isBusy) return
    this.setData({ isBusy: true, told: '' })
    await act().catch((/** @type {any} */ error) => this.setData({ told: error.message }))
    this.setData({ isBusy: false })
  },

  ask() {
    return this.doing(async () => {
      const { link_code: digits, seconds } = await askLinkCode()
      this.setData({ linkCode: `${digits.slice(0, 4)} ${digits.slice(4)}`, minutes: Math.round(seconds / 60) })
    })
  },

  async remove(event) {
    const { way, words } = event.currentTarget.dataset
    const { confirm } = await wx.showModal({
      title: '去掉这个办法？', content: `以后用${words}进来，就是另一个新账号。各处都要重新登录。`, confirmText: '去掉', cancelText: '不去',
    })
    if (!confirm) return
    await this.doing(async () => {
      await removeWay(way)
      await this.load()
    })
  },
}))
