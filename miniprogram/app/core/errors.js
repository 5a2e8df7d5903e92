/**
 * What went wrong, in words a villager can act on: the only place that reads WeChat's failures. The
 * code of each says which way out is offered beside another try (`wayOut`).
 */

const OFFLINE = '现在没有信号。等信号好了，再试一次。'
const SLOW = '网太慢，没等到回音。请再试一次。'

const BY_STATUS = {
  401: '没能登录上。请再试一次，还不行就关掉小程序重新打开。',
  403: '这个您不能操作。有疑问请问村里，或打 12345。',
  404: '没找到。可能已经换了地方，请返回重新进来。',
  413: '传的东西太大了，请换小一点的。',
  429: '点得太快了，歇一分钟再试。',
}
const SERVER_BUSY = '那边正忙，没办成。过一会儿再试一次。'

class ApiError extends Error {
  /** @param {{code: string, message: string, status?: number, errors?: object}} facts */
  constructor({ code, message, status = 0, errors = {} }) {
    super(message)
    this.code = code
    this.status = status
    this.errors = errors
  }
}

/** What WeChat says of a request that got no answer; the first that fits counts. */
const FAILURES = [
  {
    code: 'domain', fits: /domain list|合法域名/i, errno: 600002,
    message: '小程序还没登记县里的地址，什么也传不出去。不是您手机的毛病，请打 12345 说一声。',
  },
  {
    code: 'tls', fits: /ssl|tls|certificate|ERR_CERT/i,
    message: '手机没能跟县里安全连上。看看手机的日期、时间对不对，换个网再试；还不行，打 12345。',
  },
  { code: 'timeout', fits: /timeout|timed out/i, message: SLOW },
]
const UNANSWERED = ['offline', ...FAILURES.map((one) => one.code)]

/** What the phone itself, or WeChat in front of it, would not do. 103, 104 and 112 are WeChat's numbers. */
const REFUSALS = [
  { code: 'privacy_undeclared', errno: 112, fits: /privacy agreement|not declared|scope is not/i,
    words: (/** @type {string} */ thing) => `小程序还没向微信登记要用${thing}，现在用不了。请打 12345 说一声。` },
  { code: 'privacy_refused', errno: 104, fits: /privacy permission|disagree/i,
    words: (/** @type {string} */ thing) => `您没有同意微信的隐私说明，用不了${thing}。想用就再点一次，看过说明点同意。` },
  { code: 'permission', errno: 103, fits: /auth|permission|denied|deny/i,
    words: (/** @type {string} */ thing, /** @type {string} */ instead) => `微信没有允许用${thing}。点「去设置」打开。${instead}` },
]
/** @type {Record<string, 'settings'|'call'>} */
const WAYS_OUT = { permission: 'settings', privacy_undeclared: 'call', domain: 'call', tls: 'call', no_consent: 'call' }

/** True when the message never got an answer: it may be sent again later. */
const isUnanswered = (error) => error.status === 0 && UNANSWERED.includes(error.code)

/** @param {{code: string}} error @returns {'settings'|'call'|''} */
const wayOut = (error) => WAYS_OUT[error.code] || ''

const fitting = (/** @type {any[]} */ kinds, /** @type {any} */ failure) => {
  const { errMsg = '', errno } = failure || {}
  return kinds.find((kind) => kind.errno === errno && errno) || kinds.find((kind) => kind.fits.test(errMsg))
}

/** The answer may be another one later: keep and try again. */
const isTemporary = (error) =>
  isUnanswered(error) || error.status >= 500 || [401, 408, 425, 429].includes(error.status)

/** @param {{errMsg?: string}} failure what wx.request handed to `fail` */
const fromFailure = (failure) => {
  const { code, message } = fitting(FAILURES, failure) || { code: 'offline', message: OFFLINE }
  return new ApiError({ code, message })
}

/** Somebody turned back: nothing to tell. @param {any} failure */
const isCancelled = (failure) => /cancel/.test((failure && failure.errMsg) || '')

/** @param {any} failure of a camera, a microphone, the album @param {string} thing its name @param {string} instead what helps otherwise */
const fromDevice = (failure, thing, instead) => {
  const kind = fitting(REFUSALS, failure)
  return new ApiError({ code: kind ? kind.code : 'device', message: kind ? kind.words(thing, instead) : `没能用上${thing}。${instead}` })
}

/** @param {{statusCode: number, data: any}} answer an answer that is not a success */
const fromAnswer = (answer) => {
  const body = answer.data && typeof answer.data === 'object' ? answer.data : {}
  return new ApiError({
    code: body.code || `http_${answer.statusCode}`,
    message: body.message || BY_STATUS[answer.statusCode] || SERVER_BUSY,
    status: answer.statusCode,
    errors: body.errors || {},
  })
}

module.exports = { ApiError, isUnanswered, isTemporary, isCancelled, wayOut, fromFailure, fromDevice, fromAnswer }
