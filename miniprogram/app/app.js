const outbox = require('./core/outbox')

App({
  onLaunch() {
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) outbox.flush()
    })
  },

  /** Also after the phone was put away: what is still waiting is tried again. */
  onShow() {
    outbox.flush()
  },
})
