const { request, search } = require('../core/send/request')

const post = (/** @type {string} */ path, /** @type {any} */ data, header = {}) => request({ method: 'POST', path, data, header })

/** @param {number|null} shop one of the reader's shops, the first when left out */
const getCounter = (shop = null) => request({ path: `/shop${search({ shop })}`, isLive: true })
const lookUp = (/** @type {string} */ code) => post('/shop/lookups', { code })

/** @param {number} id @param {{code: string, scanned: boolean}} data @param {string} key the same until it was answered */
const handOut = (id, data, key) => post(`/shop/redemptions/${id}/handout`, data, { 'Idempotency-Key': key })

/** @param {number} id @param {{reason: string, on_the_shelf: boolean}} data */
const bringBack = (id, data) => post(`/shop/redemptions/${id}/return`, data)

/** @param {string} code what the office read out */
const becomeKeeper = (code) => post('/me/shops', { code })

module.exports = { getCounter, lookUp, handOut, bringBack, becomeKeeper }
