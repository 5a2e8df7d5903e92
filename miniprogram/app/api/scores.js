const { request, search } = require('../core/send/request')
const { upload } = require('../core/send/upload')

/** @param {number|string} villageId @param {string} [month] YYYY-MM, the newest when left out */
const getCadreCard = (villageId, month) => request({ path: `/cadre/villages/${villageId}/scorecard${search({ month })}` })

/** @param {{village: string, month: string, id: string}} asked */
const getCase = ({ village, month, id }) => request({ path: `/cadre/villages/${village}/case${search({ month, id })}` })

const listStruckRatings = () => request({ path: '/me/struck-ratings' })
const listObjections = () => request({ path: '/objections' })
const getObjection = (/** @type {string} */ id) => request({ path: `/objections/${id}` })

/** @param {string} key the same for every attempt @param {any} data */
const raiseObjection = (key, data) => request({ method: 'POST', path: '/objections', data, header: { 'Idempotency-Key': key } })
const sendProof = (/** @type {string} */ filePath) => upload({ path: '/objection-photos', filePath, formData: {} })

module.exports = { getCadreCard, getCase, listStruckRatings, listObjections, getObjection, raiseObjection, sendProof }
