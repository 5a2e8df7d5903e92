const { request, search } = require('../core/send/request')

const getNotices = (/** @type {number|null} */ before = null) => request({ path: `/me/notices${search({ before })}` })
const markRead = (/** @type {number} */ upTo) => request({ method: 'POST', path: '/me/notices/read', data: { up_to: upTo } })
const getTemplates = () => request({ path: '/me/subscriptions' })
const keepAccepted = (/** @type {string[]} */ accepted) => request({ method: 'POST', path: '/me/subscriptions', data: { accepted } })

module.exports = { getNotices, markRead, getTemplates, keepAccepted }
