const { request } = require('../core/send/request')

/** All of the first page in one answer. */
const getHome = () => request({ path: '/me/home' })

module.exports = { getHome }
