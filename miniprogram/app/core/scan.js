/** From a scanned text to the code of a service point. */
const { ApiError, fromDevice, isCancelled } = require('./errors')
const { turnBack } = require('./ui/way_out')
const { isOurHost } = require('./settings')

/** Scanners write the scheme large, end the address with a slash, or hang their own words on it. */
const LINK = /^https?:\/\/([^/?#]+)\/q\/([0-9A-Za-z_-]{4,64})\/?(?:[?#&].*)?$/i
/** What a 小程序码 carries: the code alone, or with a name before it. */
const SCENE = /^(?:(?:c|code)=)?([0-9A-Za-z_-]{4,64})(?:&.*)?$/
const NOT_OURS = '这不是村声的码。请扫贴在办事窗口、卫生室这些地方的村声码。'
const ELSEWHERE = '这是别处的码，不是咱们县的村声码。请扫村里贴的村声码；要钱、要密码的，别理它，打 12345 说一声。'
const NO_CAMERA = '请再试一次，也可以在微信首页扫。'

const notOurs = () => new ApiError({ code: 'not_our_code', message: NOT_OURS })

/** @param {string} text once encoded, as WeChat hands it over */
const decode = (text) => {
  try { return decodeURIComponent(text) } catch { throw notOurs() }
}

/** @param {string} text of a link @returns {string} the code; throws when it is none of ours */
const needCode = (text) => {
  const [, host, code] = LINK.exec(text.trim()) || []
  if (!code) throw notOurs()
  if (!isOurHost(host)) throw new ApiError({ code: 'other_host', message: ELSEWHERE })
  return code
}

/** @param {string} scene as it came @returns {string} */
const codeOfScene = (scene) => {
  const [, code] = SCENE.exec(decode(scene)) || []
  if (!code) throw notOurs()
  return code
}

/**
 * A scan by WeChat itself brings the whole link in `q`, a 小程序码 its `scene`.
 * @param {{code?: string, q?: string, scene?: string}} query of the page
 * @returns {string} empty where nothing was scanned
 */
const codeOf = ({ code, q, scene }) => {
  if (code) return code
  if (q) return needCode(decode(q))
  return scene ? codeOfScene(scene) : ''
}

/** @param {{result?: string, path?: string}} read by the camera: a 小程序码 is told by its page alone */
const codeRead = ({ result, path }) => {
  const [, scene] = /[?&]scene=([^&]*)/.exec(path || '') || []
  return scene ? codeOfScene(scene) : needCode(result || '')
}

/** Opens the camera. @returns {Promise<string|null>} the code, null when the villager turned back */
const scan = async () => {
  let read
  try {
    read = await wx.scanCode({ scanType: ['qrCode', 'wxCode'] })
  } catch (failure) {
    if (isCancelled(failure)) return null
    return turnBack(fromDevice(failure, '相机', NO_CAMERA))
  }
  return codeRead(read)
}

module.exports = { scan, codeOf, needCode }
