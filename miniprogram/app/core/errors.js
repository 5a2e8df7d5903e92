/** What went wrong, in words a villager can act on. */

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

/** True when the message never got an answer: it may be sent again later. */
const isUnanswered = (error) => error.status === 0 && ['offline', 'timeout'].includes(error.code)

/** The answer may be another one later: keep and try again. */
const isTemporary = (error) =>
  isUnanswered(error) || error.status >= 500 || [401, 408, 425, 429].includes(error.status)

/** @param {{errMsg?: string}} failure what wx.request handed to `fail` */
const fromFailure = (failure) => {
  const isSlow = /timeout/.test((failure && failure.errMsg) || '')
  return new ApiError({ code: isSlow ? 'timeout' : 'offline', message: isSlow ? SLOW : OFFLINE })
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

module.exports = { ApiError, isUnanswered, isTemporary, fromFailure, fromAnswer }
