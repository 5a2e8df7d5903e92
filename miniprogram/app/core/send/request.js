/** Requests in the villager's name; a forgotten session is renewed once, unseen. */
const { exchange, send } = require('./send')
const answers = require('./answers')
const session = require('./session')
const { withoutHalves } = require('../plain_text')

/** @param {import('./send').Request} asked @param {string} token */
const sendAs = async (asked, token) => {
  const header = { ...asked.header, Authorization: `Bearer ${token}` }
  const isRead = !asked.method || asked.method === 'GET'
  if (!isRead) answers.forgetAll()
  if (!isRead || asked.isLive) return send({ ...asked, header })
  const name = `${token} ${asked.path}`
  if (answers.isFresh(name)) return answers.recall(name)
  return answers.note(name, await exchange({ ...asked, header: { ...header, ...answers.condition(name) } }))
}

/**
 * @param {import('./send').Request} asked
 * @returns {Promise<any>}
 */
const request = async (asked) => {
  const token = await session.ensure()
  try {
    return await sendAs(asked, token)
  } catch (error) {
    if (error.status !== 401) throw error
    session.forget(token)
    return sendAs(asked, await session.ensure())
  }
}

/** @param {Record<string, any>} given leaves out what is not set */
const search = (given) => {
  const pairs = Object.keys(given)
    .filter((name) => given[name] !== undefined && given[name] !== null && given[name] !== '')
    .map((name) => `${name}=${encodeURIComponent(withoutHalves(String(given[name])))}`)
  return pairs.length ? `?${pairs.join('&')}` : ''
}

module.exports = { request, search }
