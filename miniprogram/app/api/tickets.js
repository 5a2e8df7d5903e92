const { request, search } = require('../core/send/request')
const { upload } = require('../core/send/upload')

const post = (/** @type {string} */ path, /** @type {any} */ data) => request({ method: 'POST', path, data })

const getOptions = () => request({ path: '/ticket-options' })
const suggest = (/** @type {string} */ words) => post('/ticket-suggestions', { words })

/** @param {'photo'|'voice'} kind @param {string} filePath @param {number} [seconds] */
const sendFile = (kind, filePath, seconds) => {
  const formData = kind === 'voice' ? { kind, seconds: String(seconds) } : { kind }
  return upload({ path: '/ticket-files', filePath, formData })
}

const listMyTickets = (/** @type {number|null} */ before = null) => request({ path: `/me/tickets${search({ before })}` })
const getTicket = (/** @type {string} */ id) => request({ path: `/tickets/${id}` })

/** @param {number} id @param {'supplement'|'verdict'|'reopening'|'withdrawal'} what @param {any} data with the version seen */
const act = (id, what, data) => post(`/tickets/${id}/${what}`, data)

module.exports = { getOptions, suggest, sendFile, listMyTickets, getTicket, act }
