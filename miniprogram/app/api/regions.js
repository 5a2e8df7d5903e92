const { request, search } = require('../core/send/request')

/** Counties without a parent, otherwise what lies inside. @param {number} [parentId] */
const listRegions = (parentId) => request({ path: `/regions${search({ parent_id: parentId })}` })

/** @param {string} name part of a village's name */
const findVillages = (name) => request({ path: `/regions${search({ q: name })}` })

module.exports = { listRegions, findVillages }
