/**
 * Messages with a name: ratings and tickets. Each is kept on the phone under its own key before it is
 * sent, and leaves only when the server has answered for good: a lost answer is
 * asked for again with the same key and never counts twice.
 */
const { makeQueue } = require('./queue')
const { request } = require('./request')
const { isTemporary } = require('../errors')
const { uuid } = require('../uuid')

const BOX = 'outbox'

/** @typedef {{key: string, path?: string, body: object, village_name: string, service_point_name: string, label: string, kept_at: number}} Waiting */
const RATINGS = '/ratings'
const TICKETS = '/tickets'

/** @returns {Waiting[]} */
const items = () => wx.getStorageSync(BOX) || []
const pathOf = (/** @type {Waiting} */ entry) => entry.path || RATINGS
const ratings = () => items().filter((one) => pathOf(one) === RATINGS)
const tickets = () => items().filter((one) => pathOf(one) === TICKETS)
const keep = (/** @type {Waiting[]} */ list) => wx.setStorageSync(BOX, list)
const drop = (/** @type {string} */ key) => keep(items().filter((one) => one.key !== key))

/** @param {Waiting} entry @returns {Promise<import('./queue').Outcome>} */
const deliver = async (entry) => {
  try {
    const header = { 'Idempotency-Key': entry.key }
    const answer = await request({ method: 'POST', path: pathOf(entry), data: entry.body, header })
    drop(entry.key)
    return { state: 'sent', message: entry, answer }
  } catch (error) {
    if (isTemporary(error) || error.code === 'signed_out') return { state: 'waiting', message: entry, error }
    drop(entry.key)
    return { state: 'refused', message: entry, error }
  }
}

const queue = makeQueue({
  items, deliver,
  nameOf: (entry) => entry.key,
  next: (tried) => items().find((one) => !tried.has(one.key)),
})

/**
 * @param {Omit<Waiting, 'key'|'kept_at'>} content
 * @returns {Promise<import('./queue').Outcome>} what became of this one, with the server's answer
 */
const submit = async (content) => {
  const entry = { ...content, key: await uuid(), kept_at: Date.now() }
  keep(items().concat(entry))
  return queue.send(entry)
}

/** After the agreement was taken back nothing that waited is sent. */
const dropAll = () => wx.removeStorageSync(BOX)

module.exports = { items, dropAll, ratings, tickets, submit, flush: queue.flush, listen: queue.listen, TICKETS }
