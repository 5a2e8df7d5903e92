const outbox = require('./core/send/outbox')
const anonymous = require('./core/anonymous/anonymous')
const consent = require('./core/consent')
const mishaps = require('./core/ui/mishaps')

const flush = () => {
  if (!consent.isGiven()) return
  outbox.flush()
  anonymous.open()
}

App({
  onLaunch() {
    mishaps.offerUpdate()
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) flush()
    })
  },

  /** Also after the phone was put away: what is still waiting is tried again. */
  onShow: flush,

  onError: mishaps.tell,
  onUnhandledRejection: mishaps.tell,
  onPageNotFound: mishaps.goHome,
})
