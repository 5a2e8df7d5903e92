/** One HTTP exchange with the county's server, without log-in. */
const { host, apiPath } = require('../../config')
const { fromAnswer, fromFailure } = require('../errors')
const clock = require('../clock')
const consent = require('../consent')
const { whole } = require('../plain_text')

const PATIENCE_MS = 15000

/** @typedef {{method?: any, path: string, data?: any, header?: Record<string, string>, isLive?: boolean}} Request */

/**
 * @param {Request} request
 * @returns {Promise<any>} the whole answer; rejects with an ApiError
 */
const exchange = ({ method = 'GET', path, data, header = {} }) => new Promise((resolve, reject) => {
  consent.need()
  wx.request({
    url: host + apiPath + path,
    method,
    data: whole(data),
    header,
    timeout: PATIENCE_MS,
    success: (answer) => {
      clock.note(answer.header)
      const isFine = answer.statusCode >= 200 && answer.statusCode < 300
      if (isFine || answer.statusCode === 304) resolve(answer)
      else reject(fromAnswer(answer))
    },
    fail: (failure) => reject(fromFailure(failure)),
  })
})

/** @param {Request} request @returns {Promise<any>} the answer's body; rejects with an ApiError */
const send = async (request) => (await exchange(request)).data

/** Addresses of pictures may come without the host. @param {string|null} url */
const absolute = (url) => (url && url.startsWith('/') ? host + url : url || '')

module.exports = { exchange, send, absolute }
