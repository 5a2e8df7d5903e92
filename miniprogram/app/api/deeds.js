const { request } = require('../core/send/request')

const getDeeds = () => request({ path: '/cadre/deeds' })

/** @param {{rule_id: number, happened_on: string, note: string, people: number[]}} data */
const enterDeed = (data) => request({ method: 'POST', path: '/cadre/deeds', data })

module.exports = { getDeeds, enterDeed }
