const { request, search } = require('../core/send/request')

/** @param {string} view todo, waiting or done @param {number|null} [before] */
const getQueue = (view, before) => request({ path: `/cadre/tickets${search({ view, before_id: before })}` })
const getCadreTicket = (/** @type {string} */ id) => request({ path: `/cadre/tickets/${id}` })
const findReplies = (/** @type {string} */ id, /** @type {string} */ q) => request({ path: `/cadre/tickets/${id}/replies${search({ q })}` })

/** @param {number} id @param {string} what signature, question, resumption, progress, extension, return or reply */
const move = (id, what, /** @type {any} */ data) => request({ method: 'POST', path: `/cadre/tickets/${id}/${what}`, data })

module.exports = { getQueue, getCadreTicket, findReplies, move }
