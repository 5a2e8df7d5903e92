const { request, search } = require('../core/send/request')

const listRewards = () => request({ path: '/rewards' })
const getReward = (/** @type {string} */ id) => request({ path: `/rewards/${id}` })
const listShops = () => request({ path: '/exchange-points' })

/** @param {{reward_id: number, exchange_point_id: number, surname: string}} data @param {string} key the same until it was answered */
const reserve = (data, key) => request({ method: 'POST', path: '/redemptions', data, header: { 'Idempotency-Key': key } })

const listRedemptions = (/** @type {number|null} */ before = null) => request({ path: `/me/redemptions${search({ before })}` })
const getRedemption = (/** @type {string} */ id) => request({ path: `/me/redemptions/${id}`, isLive: true })
const newCode = (/** @type {string} */ id) => request({ method: 'POST', path: `/me/redemptions/${id}/code` })
const cancel = (/** @type {number} */ id) => request({ method: 'POST', path: `/me/redemptions/${id}/cancellation` })

module.exports = { listRewards, getReward, listShops, reserve, listRedemptions, getRedemption, newCode, cancel }
