/**
 * Everything anonymous that lies on this phone, under one name, so that each step is one write:
 * killed between any two steps, the phone stands before one or after it, never in between.
 */
const NAME = 'purse'

/** @typedef {{kid: string, r: string, sig: string}} Token */
/** @typedef {{r: string, inverse: string}} Veil */
/**
 * @typedef {object} Ballots
 * @property {string} period @property {number} [county] @property {number} [unit]
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
 */
/**
 * @typedef {object} Purse
 * @property {Ballots|null} ballots @property {Letter[]} outbox
 * @property {Record<string, string>} answered what became of the answer, by month
 * @property {string[]} receipts @property {{code: string, message: string}|null} problem
 * @property {string} note what became of a letter that nobody waited for
 * @property {boolean} wantsPaper from the next month on
 * @property {any} options kinds and categories of tickets, fetched ahead
 */

/** @returns {Purse} */
const read = () => {
  const empty = { ballots: null, outbox: [], answered: {}, receipts: [], problem: null, note: '', options: null, wantsPaper: false }
  return Object.assign(empty, wx.getStorageSync(NAME) || {})
}

/** @param {(purse: Purse) => void} act @returns {Purse} as it is now */
const change = (act) => {
  const purse = read()
  act(purse)
  wx.setStorageSync(NAME, purse)
  return purse
}

module.exports = { read, change }
