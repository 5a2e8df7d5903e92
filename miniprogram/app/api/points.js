const { request, search } = require('../core/request')

/** @param {number} [before] continue below this entry */
const listPoints = (before) => request({ path: `/me/points${search({ before })}` })

module.exports = { listPoints }
