const outbox = require('./core/outbox')
const anonymous = require('./core/anonymous')

App({
  onLaunch() {
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (!isConnected) return
      outbox.flush()
      anonymous.flush()
    })
  },

  /** Also after the phone was put away: what is still waiting is tried again. */
  onShow() {
    outbox.flush()
    anonymous.flush()
  },
})
