/** From a scanned text to the code of a service point. */
const { ApiError } = require('./errors')

const LINK = /^https?:\/\/[^/]+\/q\/([0-9A-Za-z_-]{4,64})\/?(?:[?#].*)?$/
const NOT_OURS = '这不是村声的码。请扫贴在办事窗口、卫生室这些地方的村声码。'
const NO_CAMERA = '没能打开相机。请在微信设置里允许使用相机,再试一次。'

/** @param {string} text @returns {string|null} */
const codeOf = (text) => {
  const found = LINK.exec(text.trim())
  return found ? found[1] : null
}

/** @param {string} text @returns {string} the code; throws when it is none of ours */
const needCode = (text) => {
  const code = codeOf(text)
  if (!code) throw new ApiError({ code: 'not_our_code', message: NOT_OURS })
  return code
}

/** Opens the camera. @returns {Promise<string|null>} the code, null when the villager turned back */
const scan = async () => {
  let text = ''
  try {
    text = (await wx.scanCode({ scanType: ['qrCode'] })).result
  } catch (failure) {
    if (/cancel/.test((failure && failure.errMsg) || '')) return null
    throw new ApiError({ code: 'no_camera', message: NO_CAMERA })
  }
  return needCode(text)
}

module.exports = { scan, codeOf, needCode }
