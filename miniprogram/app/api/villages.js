const { request, search } = require('../core/send/request')

/** @param {number} villageId @param {string} [month] YYYY-MM, the newest when left out */
const getScorecard = (villageId, month) => request({ path: `/villages/${villageId}/scorecard${search({ month })}` })

/** @param {number} villageId @param {string} month YYYY-MM */
const getPublished = (villageId, month) => request({ path: `/villages/${villageId}/publications/${month}` })

module.exports = { getScorecard, getPublished }
