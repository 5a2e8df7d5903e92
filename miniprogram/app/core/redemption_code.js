/** The eight digits somebody shows at the counter. */
const { ApiError, fromDevice, isCancelled } = require('./errors')
const { turnBack } = require('./ui/way_out')

const CODE = /^(?:VV)?(\d{8})$/
const NOT_A_CODE = '这不是兑换码。请村民打开「我兑的」，点「去领」，再扫那个码。'
const NO_CAMERA = '可以让村民念 8 位数字，您填进去。'

/** @param {string} text scanned or typed @returns {string|null} */
const digitsOf = (text) => {
  const found = CODE.exec(String(text || '').replace(/\s/g, '').toUpperCase())
  return found ? found[1] : null
}

/** 1234 5678, easier to read out. @param {string} digits */
const spaced = (digits) => `${digits.slice(0, 4)} ${digits.slice(4)}`

/** Opens the camera. @returns {Promise<string|null>} the digits, null when the keeper turned back */
const scanCode = async () => {
  let text = ''
  try {
    text = (await wx.scanCode({ scanType: ['qrCode'] })).result
  } catch (failure) {
    if (isCancelled(failure)) return null
    return turnBack(fromDevice(failure, '相机', NO_CAMERA))
  }
  const digits = digitsOf(text)
  if (!digits) throw new ApiError({ code: 'not_a_code', message: NOT_A_CODE })
  return digits
}

module.exports = { digitsOf, spaced, scanCode }
