/**
 * Ratings and tickets on their way. Each is kept on the phone under its own key before it is
 * sent, and leaves only when the server has answered for good: a lost answer is
 * asked for again with the same key and never counts twice.
 */
const { request } = require('./request')
const { isTemporary } = require('../errors')
const { uuid } = require('../uuid')

const BOX = 'outbox'

/** @typedef {{key: string, path?: string, body: object, village_name: string, service_point_name: string, label: string, kept_at: number}} Waiting */
/** @typedef {{state: 'sent'|'refused'|'waiting', entry: Waiting, rating?: any, error?: any}} Outcome */

const RATINGS = '/ratings'
const TICKETS = '/tickets'

/** @type {Set<(outcome: Outcome) => void>} */
const listeners = new Set()
/** @type {Promise<void>|null} */
let flushing = null
let isWanted = false

/** @returns {Waiting[]} */
const items = () => wx.getStorageSync(BOX) || []
const pathOf = (/** @type {Waiting} */ entry) => entry.path || RATINGS
const ratings = () => items().filter((one) => pathOf(one) === RATINGS)
const tickets = () => items().filter((one) => pathOf(one) === TICKETS)
const keep = (/** @type {Waiting[]} */ list) => wx.setStorageSync(BOX, list)
const drop = (/** @type {string} */ key) => keep(items().filter((one) => one.key !== key))

const tell = (/** @type {Outcome} */ outcome) => Array.from(listeners).forEach((listener) => listener(outcome))

/** @param {Waiting} entry @returns {Promise<Outcome>} */
const deliver = async (entry) => {
  try {
    const header = { 'Idempotency-Key': entry.key }
    const rating = await request({ method: 'POST', path: pathOf(entry), data: entry.body, header })
    drop(entry.key)
    return { state: 'sent', entry, rating }
  } catch (error) {
    if (isTemporary(error) || error.code === 'signed_out') return { state: 'waiting', entry, error }
    drop(entry.key)
    return { state: 'refused', entry, error }
  }
}

/** Tries the entries in turn; the first that finds no way ends the round. @returns {Promise<boolean>} whether one did */
const deliverRound = async () => {
  const tried = new Set()
  /** @type {Waiting|undefined} */
  let next = items()[0]
  while (next) {
    tried.add(next.key)
    const outcome = await deliver(next)
    tell(outcome)
    if (outcome.state === 'waiting') return true
    next = items().find((one) => !tried.has(one.key))
  }
  return false
}

/** The signal may have come back just while a try was failing: then there is one more. */
const deliverAll = async () => {
  let isStuck
  do {
    isWanted = false
    isStuck = await deliverRound()
  } while (isStuck && isWanted)
}

/** Sends what is waiting; asked twice at once, it runs once. @returns {Promise<void>} */
const flush = () => {
  if (!items().length) return Promise.resolve()
  isWanted = true
  if (!flushing) {
    const done = () => { flushing = null }
    flushing = deliverAll()
    flushing.then(done, done)
  }
  return flushing
}

/**
 * @param {Omit<Waiting, 'key'|'kept_at'>} given
 * @returns {Promise<Outcome>} what became of this one; `rating` is the server's answer
 */
const submit = async (given) => {
  const entry = { ...given, key: await uuid(), kept_at: Date.now() }
  keep(items().concat(entry))
  /** @type {Outcome} */
  let outcome = { state: 'waiting', entry }
  const stop = listen((seen) => { if (seen.entry.key === entry.key) outcome = seen })
  await flush()
  // A round that was already under way may have ended just before this entry was added.
  if (outcome.state === 'waiting' && !outcome.error) await flush()
  stop()
  return outcome
}

/** @param {(outcome: Outcome) => void} listener @returns {() => void} stops listening */
function listen(listener) {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}

/** After the agreement was taken back nothing that waited is sent. */
const dropAll = () => wx.removeStorageSync(BOX)

module.exports = { items, dropAll, ratings, tickets, submit, flush, listen, TICKETS }
