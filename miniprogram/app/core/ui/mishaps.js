/**
 * What the app itself did wrong is shown and reported to nobody: a report from a page without names
 * would say who was on it, and when. WeChat keeps its own list of errors for the developer.
 */

const QUIET_MS = 60000
const HOME = '/pages/home/index'
let told = 0

/** Once a minute at most: one fault may raise many. */
const tell = () => {
  const now = Date.now()
  if (now - told < QUIET_MS) return
  told = now
  wx.showToast({ title: '刚才出了点岔子，请再点一次', icon: 'none' })
}

/** An old link or an old share leads nowhere: home is better than an empty page. */
const goHome = () => wx.switchTab({
  url: HOME,
  success: () => wx.showToast({ title: '那一页已经没有了，先回首页', icon: 'none' }),
})

/** The pinned keys of each month come with a new version, so it is offered as soon as it is there. */
const offerUpdate = () => {
  const manager = wx.getUpdateManager()
  manager.onUpdateReady(async () => {
    const { confirm } = await wx.showModal({
      title: '有新版本', content: '重新打开就是新的。没写完的都还在。', confirmText: '现在换', cancelText: '等一下',
    })
    if (confirm) manager.applyUpdate()
  })
}

module.exports = { tell, goHome, offerUpdate }
