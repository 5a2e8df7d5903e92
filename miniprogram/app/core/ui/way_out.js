/** From a failure to where it can be mended: WeChat's settings, or the county's telephone. */
const { wayOut } = require('../errors')

const NAMES = { settings: '去设置', call: '打 12345' }

/** @param {'settings'|'call'} way */
const take = (way) => {
  if (way === 'call') return wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined)
  return wx.openSetting().catch(() => undefined)
}

/** Says what the phone would not do, and offers the way out. @param {string} title @param {any} error */
const showFailure = async (title, error) => {
  const way = wayOut(error)
  const { confirm } = await wx.showModal({
    title, content: error.message, showCancel: Boolean(way), cancelText: '知道了', confirmText: way ? NAMES[way] : '知道了',
  })
  if (confirm && way) await take(way)
}

/** A camera that was refused is told where it happened; whatever else went wrong is the page's to say. @param {any} error */
const turnBack = async (error) => {
  if (!wayOut(error)) throw error
  await showFailure('没打开相机', error)
  return null
}

module.exports = { NAMES, take, showFailure, turnBack }
