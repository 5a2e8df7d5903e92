const { request, search } = require('../core/send/request')

/** @param {number} [before] continue below this entry */
const listPoints = (before) => request({ path: `/me/points${search({ before })}` })
const getStanding = () => request({ path: '/me/points/standing' })
const appeal = (/** @type {string} */ words) => request({ method: 'POST', path: '/me/points/appeal', data: { words } })
const listDraws = () => request({ path: '/me/draws' })

module.exports = { listPoints, getStanding, appeal, listDraws }
