const { request } = require('../core/send/request')

/** Opens a code that was scanned; the answer holds a token for one rating. @param {string} code */
const openCode = (code) => request({ path: `/codes/${encodeURIComponent(code)}`, isLive: true })

module.exports = { openCode }
