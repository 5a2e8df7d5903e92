/**
 * Whether an answer that was taken must be sent once more. The server keeps what just came in
 * memory alone and loses it with a crash; everybody asks the same file about it at each opening,
 * so that nobody asks for one answer.
 */

/** @typedef {{epoch: string, flushed_through: number}} Mark where the inbox stood when it was taken */
/** @typedef {{inbox_epochs: string[], flushed_through: Record<string, number>}} Inbox for everybody the same */

/** @param {any} given @returns {boolean} not a page of somebody else's */
const isInbox = (given) => Boolean(given) && Array.isArray(given.inbox_epochs)
  && Boolean(given.flushed_through) && typeof given.flushed_through === 'object'

/**
 * Flushed since: it lies safe, whatever happened later. Not flushed, and that inbox is no more: it
 * was lost. Otherwise it still waits there.
 * @param {Mark|undefined} mark none where an earlier release sent it @param {Inbox} inbox
 * @returns {'safe'|'lost'|'waiting'}
 */
const fateOf = (mark, inbox) => {
  if (!mark) return 'lost'
  if ((inbox.flushed_through[mark.epoch] || 0) > mark.flushed_through) return 'safe'
  return inbox.inbox_epochs.includes(mark.epoch) ? 'waiting' : 'lost'
}

module.exports = { fateOf, isInbox }
