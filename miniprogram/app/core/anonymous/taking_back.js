/** A letter that does not get through comes back to whoever wrote it: no server hears of it. */
const anonymous = require('./anonymous')
const chunkedStorage = require('./chunked_storage')
const { open } = require('./envelope')
const drafts = require('../send/drafts')

const TICKET_DRAFT = 'anonymous'
/** Bytes of a length before the words. */
const WORD_PREFIX = 2
const TICKET_PREFIX = 4

/** @param {import('./anonymous_state').Letter} letter @returns {string} what somebody said with a receipt */
const wordsOf = (letter) => {
  const { words, answer } = open(letter.fields.word, WORD_PREFIX)
  const verdict = { solved: '解决了', partly: '解决了一部分', not: '没解决' }[/** @type {'solved'} */ (answer)]
  return [verdict, words].filter(Boolean).join('。')
}

/** The words go to what is being written now, without photos. @param {any} ticket */
const keepAsDraft = (ticket) => {
  const draft = drafts.read(TICKET_DRAFT) || {}
  const words = [draft.words, ticket.words].filter(Boolean).join('\n')
  drafts.keep(TICKET_DRAFT, {
    step: 'words', category: ticket.category, kind: ticket.kind, place: ticket.village_id ? [ticket.village_id] : [],
    aboutCadres: ticket.about_cadres, ...draft, words,
  })
}

/** @param {import('./anonymous_state').Letter} letter */
const takeBack = (letter) => {
  if (letter.kind === 'ticket') keepAsDraft(open(chunkedStorage.read(letter.id), TICKET_PREFIX))
  anonymous.takeBack(letter)
}

module.exports = { takeBack, wordsOf }
