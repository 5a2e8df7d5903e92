/** One exchange with the anonymous server: no log-in, no header, nothing that tells who it is. */
const { anonymousHost } = require('../settings')
const { fromAnswer, fromFailure } = require('../errors')
const consent = require('../consent')

const PATIENCE_MS = 15000
/** A ticket with photos is over a megabyte, and the signal may be weak. */
const LONG_PATIENCE_MS = 60000

/** @param {string} path @param {any} data @param {boolean} [isLong] @returns {Promise<any>} */
const post = (path, data, isLong = false) => new Promise((resolve, reject) => {
  consent.need()
  wx.request({
    url: anonymousHost() + path,
    method: 'POST',
    data,
    timeout: isLong ? LONG_PATIENCE_MS : PATIENCE_MS,
    success: (answer) => {
      if (answer.statusCode === 200) resolve(answer.data)
      else reject(fromAnswer(answer))
    },
    fail: (failure) => reject(fromFailure(failure)),
  })
})

module.exports = { post }
