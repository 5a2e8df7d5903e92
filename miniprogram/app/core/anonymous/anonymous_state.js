/**
 * Everything anonymous that lies on this phone, under one name, so that each step is one write:
 * killed between any two steps, the phone stands before one or after it, never in between.
 */
const clock = require('../clock')

const NAME = 'purse'
const MONTHS_AHEAD = 2

/** @typedef {{kid: string, r: string, sig: string, wasSent?: boolean}} Token `wasSent` with a letter that was taken back */
/** @typedef {{r: string, inverse: string}} Veil */
/**
 * @typedef {object} Ballots
 * @property {string} period @property {number} [county] @property {number} [unit]
 * @property {string} [unitName] @property {number} [unitSize] both from the pinned key file
 * @property {{id: number, name: string}} [village]
 * @property {'asked'|'ready'|'already_issued'|'voting_on_paper'|'forgotten'} state
 * @property {{survey: string, ticket: string}} [keys] moduli in hex
 * @property {any} [request] what is asked for, word for word until it is answered
 * @property {Veil[]} [veils] the survey's first
 * @property {Token|null} [survey] @property {Token[]} [tickets]
 */
/**
 * @typedef {object} Letter
 * @property {string} id @property {string} path @property {string} period @property {'survey'|'ticket'|'word'} kind
 * @property {any} [fields] @property {number} [size] @property {string} [content]
 * @property {string} [code] the receipt @property {boolean} isKept the server has it
 * @property {import('./resend').Mark} [mark] where its inbox stood then @property {boolean} [isLost] with a crash since
 * @property {number} [tries] answered, but not for good @property {boolean} [isSecond] with a token that left before
 */
/**
 * @typedef {object} Purse
 * @property {Record<string, Ballots>} ballots by month @property {Letter[]} outbox
 * @property {Record<string, string>} answered what became of the answer, by month
 * @property {string[]} receipts @property {{code: string, message: string}|null} problem
 * @property {string} note what became of a letter that nobody waited for
 * @property {boolean} wantsPaper from the first month on whose ballots are not out
 * @property {Record<string, {unit: number, list: string[]}>} digests of the answers, by month
 * @property {Record<string, import('./own_answer').Finding>} listed whether they stand in the published lists
 * @property {string} listsAskedOn the day on which the month before was asked for last
 * @property {any} options kinds and categories of tickets, fetched ahead
 */

/** @returns {Purse} */
const read = () => {
  const empty = {
    ballots: {}, outbox: [], answered: {}, receipts: [], problem: null, note: '', options: null, wantsPaper: false,
    digests: {}, listed: {}, listsAskedOn: '',
  }
  const found = Object.assign(empty, wx.getStorageSync(NAME) || {})
  // Before November 2026 a phone held the ballots of one month.
  const { period } = /** @type {any} */ (found.ballots) || {}
  if (period || !found.ballots) found.ballots = period ? { [period]: found.ballots } : {}
  return found
}

/** @param {(purse: Purse) => void} act @returns {Purse} as it is now */
const change = (act) => {
  const purse = read()
  act(purse)
  wx.setStorageSync(NAME, purse)
  return purse
}

/** @returns {string[]} the months whose ballots are given out now */
const coming = () => Array.from({ length: MONTHS_AHEAD }, (_, place) => clock.monthsBefore(clock.period(), -1 - place))

/** @param {string} period @returns {boolean} whether nothing of that month needs to be asked for any more */
const isSettled = (period) => {
  const held = read().ballots[period]
  return Boolean(held) && held.state !== 'asked'
}

module.exports = { read, change, coming, isSettled }
