const { fetchJson, fetchOnce } = require('../core/send/open_file')

/** This month's questions, the same file for everybody. @param {number} county @param {string} period */
const getRound = (county, period) => fetchOnce(`/surveys/${county}/${period}.json`)

/** What was answered, once it is published. @param {number} county @param {string} period */
const getResults = (county, period) => fetchOnce(`/surveys/${county}/${period}/results.json`)

/** The digests of counted answers, all of the county's. @param {number} county @param {string} period */
const getAnswerLists = (county, period) => fetchJson(`/surveys/${county}/${period}/answers.json`)

/** Where the anonymous inbox stands, the same file for everybody. */
const getInbox = () => fetchJson('/surveys/inbox.json')

module.exports = { getRound, getResults, getAnswerLists, getInbox }
