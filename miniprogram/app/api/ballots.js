const { request } = require('../core/send/request')

/** This month's tokens, signed unseen. @param {any} data kept on the phone, the same each time */
const issueBallots = (data) => request({ method: 'POST', path: '/ballots', data })

/** A slip of paper instead of tokens. @param {string} period */
const choosePaper = (period) => request({ method: 'POST', path: '/ballots/paper', data: { period } })

module.exports = { issueBallots, choosePaper }
