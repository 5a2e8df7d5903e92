/**
 * Messages with a name: ratings and tickets. Each is kept on the phone under its own key before it is
 * sent, and leaves only when the server has answered for good: a lost answer is
 * asked for again with the same key and never counts twice.
 */
const { makeQueue, counted, isStuck, waits } = require('./queue')
const { request } = require('./request')
const { isTemporary } = require('../errors')
const clock = require('../clock')
const { uuid } = require('../uuid')

const BOX = 'outbox'

/** @typedef {{code: string, nonce: string, at: number}} OfflineScan `at` by the phone's own clock */
/**
 * @typedef {object} Waiting
 * @property {string} key @property {string} [path] @property {object} body @property {OfflineScan} [scan]
 * @property {string} village_name @property {string} service_point_name @property {string} label
 * @property {number} kept_at @property {number} [tries] answered, but not for good
 */
const RATINGS = '/ratings'
const TICKETS = '/tickets'

/** @returns {Waiting[]} */
const items = () => wx.getStorageSync(BOX) || []
const pathOf = (/** @type {Waiting} */ entry) => entry.path || RATINGS
/** @param {string} path @returns what a page shows of it */
const shown = (path) => items().filter((one) => pathOf(one) === path).map((one) => ({ ...one, isStuck: isStuck(one) }))
const ratings = () => shown(RATINGS)
const tickets = () => shown(TICKETS)
const stuck = () => items().filter(isStuck)
const keep = (/** @type {Waiting[]} */ list) => wx.setStorageSync(BOX, list)
const drop = (/** @type {string} */ key) => keep(items().filter((one) => one.key !== key))

/** A scan without a signal is told by the right time, which any answer may have taught the phone since. @param {Waiting} entry */
const bodyOf = ({ body, scan }) =>
  (scan ? { ...body, offline_scan: { code: scan.code, nonce: scan.nonce, scanned_at: clock.timeOf(scan.at) } } : body)

/** @param {Waiting} entry @param {any} error @returns {import('./queue').Outcome} */
const keepOn = (entry, error) => {
  const now = counted(entry, error)
  keep(items().map((one) => (one.key === entry.key ? now : one)))
  return waits(now, error)
}

/** @param {Waiting} entry @returns {Promise<import('./queue').Outcome>} */
const deliver = async (entry) => {
  const data = bodyOf(entry)
  try {
    const header = { 'Idempotency-Key': entry.key }
    const answer = await request({ method: 'POST', path: pathOf(entry), data, header })
    drop(entry.key)
    return { state: 'sent', message: entry, answer }
  } catch (error) {
    if (isTemporary(error) || error.code === 'signed_out') return keepOn(entry, error)
    // The refusal itself may have told the phone that its clock is wrong.
    if (JSON.stringify(bodyOf(entry)) !== JSON.stringify(data)) return deliver(entry)
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

module.exports = { items, dropAll, stuck, ratings, tickets, submit, flush: queue.flush, listen: queue.listen, TICKETS }
