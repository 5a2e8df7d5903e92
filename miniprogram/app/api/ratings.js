const { request, search } = require('../core/send/request')

/** @param {number} [before] continue below this rating */
const listMyRatings = (before) => request({ path: `/me/ratings${search({ before })}` })

/** WeChat's request knows no PATCH. @param {number} id @param {{level: number, reason_ids: number[], words: string|null}} change */
const changeRating = (id, change) => request({ method: 'PUT', path: `/ratings/${id}`, data: change })

/** Once, later: how is it now? @param {number} id @param {{level: number, words: string|null}} said */
const addFollowup = (id, said) => request({ method: 'POST', path: `/ratings/${id}/followup`, data: said })

/** Who answers a bad rating given now, and by when. @param {number} villageId */
const getCallBack = (villageId) => request({ path: `/villages/${villageId}/call-back` })

/** 不用回话. @param {number} id */
const declineCallBack = (id) => request({ method: 'POST', path: `/ratings/${id}/no-call-back` })

module.exports = { listMyRatings, changeRating, addFollowup, getCallBack, declineCallBack }
