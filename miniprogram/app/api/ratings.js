const { request, search } = require('../core/request')

/** @param {number} [before] continue below this rating */
const listMyRatings = (before) => request({ path: `/me/ratings${search({ before })}` })

/** WeChat's request knows no PATCH. @param {number} id @param {{level: number, reason_ids: number[], words: string|null}} change */
const changeRating = (id, change) => request({ method: 'PUT', path: `/ratings/${id}`, data: change })

/** Once, later: how is it now? @param {number} id @param {{level: number, words: string|null}} said */
const addFollowup = (id, said) => request({ method: 'POST', path: `/ratings/${id}/followup`, data: said })

module.exports = { listMyRatings, changeRating, addFollowup }
