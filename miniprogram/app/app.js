const outbox = require('./core/send/outbox')
const anonymous = require('./core/anonymous/anonymous')
const consent = require('./core/consent')

const flush = () => {
  if (!consent.isGiven()) return
  outbox.flush()
  anonymous.open()
}

App({
  onLaunch() {
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) flush()
    })
  },

  /** Also after the phone was put away: what is still waiting is tried again. */
  onShow: flush,
})
