/**
 * What waits on the phone until it is sent: one round at a time, one message after the other. The
 * first that finds no way ends the round; one that the server failed again and again (`stuck`) is
 * stepped over. It knows neither who sends nor what a message holds.
 */

/** So often a message that the server fails may hold up the others. */
const MOST_TRIES = 3
const TOO_MANY = 429

/** @typedef {{state: string, message: any, answer?: any, error?: any}} Outcome */
/**
 * @typedef {object} Kind
 * @property {() => any[]} items what waits, the oldest first
 * @property {(message: any) => string} nameOf
 * @property {(tried: Set<string>) => any} next the message to try, or nothing
 * @property {(message: any) => Promise<Outcome>} deliver
 */

/** @param {Kind} kind */
const makeQueue = ({ items, nameOf, next, deliver }) => {
  /** @type {Set<(outcome: Outcome) => void>} */
  const listeners = new Set()
  /** @type {Promise<void>|null} */
  let flushing = null
  let isWanted = false

  /** @param {Outcome} outcome to whoever listens */
  const tell = (outcome) => Array.from(listeners).forEach((listener) => listener(outcome))

  /** @returns {Promise<boolean>} whether a message found no way */
  const deliverRound = async () => {
    /** @type {Set<string>} */
    const tried = new Set()
    for (let message = next(tried); message; message = next(tried)) {
      tried.add(nameOf(message))
      const outcome = await deliver(message)
      tell(outcome)
      if (outcome.state === 'waiting') return true
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

  /** Sends what is waiting; called twice at once, it runs once. @returns {Promise<void>} */
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

  /** @param {(outcome: Outcome) => void} listener @returns {() => void} stops listening */
  const listen = (listener) => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }

  /** @param {any} message that was just stored @returns {Promise<Outcome>} what became of it */
  const send = async (message) => {
    /** @type {Outcome} */
    let outcome = { state: 'waiting', message }
    const stop = listen((seen) => { if (nameOf(seen.message) === nameOf(message)) outcome = seen })
    await flush()
    // A round that was already under way may have ended just before this message was added.
    if (outcome.state === 'waiting' && !outcome.error) await flush()
    stop()
    return outcome
  }

  return { flush, listen, send, tell }
}

/** The server answered, but not for good, and not because too much came at once. @param {any} error */
const isAnswered = (error) => error.status > 0 && error.status !== TOO_MANY

/** @param {any} message @param {any} error @returns {any} the message with how often it was tried in vain */
const counted = (message, error) => (isAnswered(error) ? { ...message, tries: (message.tries || 0) + 1 } : message)

/** @param {any} message */
const isStuck = (message) => (message.tries || 0) >= MOST_TRIES

/** @param {any} message as counted @param {any} error @returns {Outcome} */
const waits = (message, error) => ({ state: isAnswered(error) && isStuck(message) ? 'stuck' : 'waiting', message, error })

module.exports = { makeQueue, counted, isStuck, waits }
