const { request, search } = require('../core/send/request')

/** @param {number|null} subject one of those the reader runs, the first when left out */
const getSubject = (subject = null) => request({ path: `/subject${search({ subject })}` })

/** @param {string} code what the assessment office read out */
const becomeSubjectStaff = (code) => request({ method: 'POST', path: '/me/subjects', data: { code } })

module.exports = { getSubject, becomeSubjectStaff }
