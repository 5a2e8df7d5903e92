const { request } = require('../core/send/request')

/** The villager: binding and roles. */
const getMe = () => request({ path: '/me' })

/** Whoever gets here has said to be 14 or older. @param {{village_id: number, group_id?: number, household?: string}} binding */
const bindVillage = (binding) => request({ method: 'PUT', path: '/me/binding', data: { ...binding, of_age: true } })

/** @param {string} code what the office read out */
const acceptInvitation = (code) => request({ method: 'POST', path: '/me/roles', data: { code } })

const getOwnData = () => request({ path: '/me/data' })
const deleteOwnData = (/** @type {string} */ name) => request({ method: 'DELETE', path: `/me/data/${name}` })
const writeOwnFile = () => request({ method: 'POST', path: '/me/data/file' })
const closeAccount = () => request({ method: 'POST', path: '/me/closure', data: { confirm: '注销' } })

const getWays = () => request({ path: '/me/ways' })
/** Digits that join a new way of logging in to this person. */
const askLinkCode = () => request({ method: 'POST', path: '/me/link-codes' })
const removeWay = (/** @type {string} */ way) => request({ method: 'DELETE', path: `/me/ways/${way}` })

module.exports = {
  getMe, bindVillage, acceptInvitation, getOwnData, deleteOwnData, writeOwnFile, closeAccount, getWays, askLinkCode, removeWay,
}
