const { request } = require('../core/request')

/** The villager: binding, roles, balance. */
const getMe = () => request({ path: '/me' })

/** @param {{village_id: number, group_id?: number, household?: string}} binding */
const bindVillage = (binding) => request({ method: 'PUT', path: '/me/binding', data: binding })

module.exports = { getMe, bindVillage }
