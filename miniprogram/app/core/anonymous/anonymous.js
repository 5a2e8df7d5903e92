/**
 * Answers and tickets without a name. Nothing here knows who uses the phone: no log-in, no header.
 * A letter is sealed and kept with its token in one write, leaves word for word the same until the
 * server says that it lies safely, and only then is its plain text gone from the phone.
 */
const { makeQueue, counted, isStuck, waits } = require('../send/queue')
const { ApiError, fromAnswer, isTemporary } = require('../errors')
const { toBase64, toHex } = require('../bytes')
const { sealAnswers, sealTicket, wire, TICKET_WITH_PHOTOS, sealWord } = require('./envelope')
const { post } = require('./anonymous_send')
const { fateOf, isInbox } = require('./resend')
const { anonymousHost } = require('../settings')
const { getInbox } = require('../../api/surveys')
const clock = require('../clock')
const chunkedStorage = require('./chunked_storage')
const anonymousState = require('./anonymous_state')

const NAME = 16
const NONCE = 32
const RESPONSE = '/anon/response'
const FEEDBACK = '/anon/feedback'
/** A page of somebody else's, as in a hotel: it is asked again later. */
const NOT_OURS = 502
const WORD = '/anon/receipt/word'
const CAME_BEFORE = '您拿回过一份匿名的，又交了一份。那边说这张票已经收过一份：只算先到的那份，也许就是您拿回的。'

/** @typedef {import('../send/queue').Outcome} Outcome */

const noToken = () => new ApiError({ code: 'no_token', message: '这个月的匿名票用完了，下个月再来。要紧的事请打 12345。' })

const randomName = async () => toHex(await require('./blind').randomBytes(NAME))
const items = () => anonymousState.read().outbox
/** Failed by the server again and again, and not with it. */
const stuck = () => items().filter((one) => !one.isKept && isStuck(one))

/** @param {anonymousState.Letter} letter */
const dataOf = (letter) => {
  if (letter.kind === 'word') return letter.fields
  return { ...letter.fields, body: wire({ content: chunkedStorage.read(letter.id), size: letter.size || 0 }) }
}

/**
 * Goes from the phone; what is left says only that there was one.
 * @param {anonymousState.Letter} letter @param {string} became @param {(kept: anonymousState.Purse) => void} [act] in the same write
 */
const finish = (letter, became, act = () => undefined) => {
  anonymousState.change((kept) => {
    if (!kept.outbox.some((one) => one.id === letter.id)) return
    kept.outbox = kept.outbox.filter((one) => one.id !== letter.id)
    if (letter.kind === 'survey') kept.answered[letter.period] = became
    act(kept)
  })
  chunkedStorage.dropOthers(items().map((one) => one.id))
}

/** @param {anonymousState.Letter} letter @param {{status: string, durable: boolean, epoch: string, flushed_through: number}} answer */
const taken = (letter, answer) => {
  anonymousState.change((kept) => {
    if (answer.status === 'already' && letter.isSecond && !letter.isLost) kept.note = CAME_BEFORE
    if (letter.kind === 'survey') kept.answered[letter.period] = 'kept'
    const mark = { epoch: answer.epoch, flushed_through: answer.flushed_through }
    kept.outbox = kept.outbox.map((one) => (one.id === letter.id ? { ...one, isKept: true, isLost: false, mark } : one))
  })
  if (answer.durable) finish(letter, 'durable')
}

/** The token goes back to the others. @param {anonymousState.Letter} letter @param {boolean} wasSent perhaps it is spent */
const giveBack = (letter, wasSent) => (/** @type {anonymousState.Purse} */ kept) => {
  const ballots = kept.ballots[letter.period]
  if (!ballots) return
  const { kid, r, sig } = letter.fields
  const token = { kid, r, sig, ...(wasSent && { wasSent }) }
  if (letter.kind === 'survey') ballots.survey = token
  else ballots.tickets = (ballots.tickets || []).concat(token)
}

/** A letter that is stuck leaves no more; its token serves another one. @param {anonymousState.Letter} letter */
const takeBack = (letter) => {
  finish(letter, '', letter.kind === 'word' ? undefined : giveBack(letter, true))
  queue.tell({ state: 'back', message: letter })
}

/** @param {anonymousState.Letter} letter @param {any} error @returns {Outcome} */
const keepOn = (letter, error) => {
  const now = counted(letter, error)
  if (now !== letter) {
    anonymousState.change((kept) => { kept.outbox = kept.outbox.map((one) => (one.id === letter.id ? now : one)) })
  }
  return waits(now, error)
}

/** @param {anonymousState.Letter} letter @param {any} error @returns {Outcome} */
const refused = (letter, error) => {
  if (isTemporary(error)) return keepOn(letter, error)
  const isUnspent = letter.kind !== 'word' && [400, 422].includes(error.status)
  finish(letter, isUnspent ? '' : error.code, (kept) => {
    if (isUnspent) giveBack(letter, Boolean(letter.isSecond))(kept)
    // Nobody may be looking when a letter that waited is refused: it is told at the next launch.
    if (letter.isLost) kept.note = '服务器出过故障，您交过的一份丢了，再交时已经截止，没能补上。'
    else if (letter.kind !== 'survey') kept.note = `有一件匿名的没收下：${error.message}`
  })
  return { state: 'refused', message: letter, error }
}

/** @param {anonymousState.Letter} letter @returns {Promise<Outcome>} */
const deliver = async (letter) => {
  let answer
  try {
    answer = await post(letter.path, dataOf(letter), letter.size === TICKET_WITH_PHOTOS)
    if (!['ok', 'already'].includes(answer.status)) throw fromAnswer({ statusCode: NOT_OURS, data: null })
  } catch (error) {
    return refused(letter, error)
  }
  // What somebody deleted meanwhile is not written back.
  if (items().some((one) => one.id === letter.id)) taken(letter, answer)
  return { state: 'kept', message: letter }
}

/**
 * New letters first. One that a crash took from the server leaves again only when nothing new
 * does, and one at a time: two letters in one breath would tell that they come from one hand.
 * @param {Set<string>} tried in this round
 */
const nextLetter = (tried) => {
  const fresh = items().find((one) => !one.isKept && !tried.has(one.id))
  if (fresh || tried.size) return fresh
  return items().find((one) => one.isLost)
}

const queue = makeQueue({ items, deliver, nameOf: (letter) => letter.id, next: nextLetter })

/**
 * What the file for everybody says about letters that were taken: safe ones go from the phone.
 * @param {import('./resend').Inbox} inbox
 */
const compare = (inbox) => {
  const kept = items().filter((one) => one.isKept)
  const lost = kept.filter((one) => fateOf(one.mark, inbox) === 'lost').map((one) => one.id)
  kept.filter((one) => fateOf(one.mark, inbox) === 'safe').forEach((one) => finish(one, 'durable'))
  if (lost.length) anonymousState.change((held) => { held.outbox = held.outbox.map((one) => (lost.includes(one.id) ? { ...one, isLost: true } : one)) })
}

/**
 * At each opening of the mini-program, with something on its way or without: the one file that is
 * the same for everybody, then what must leave.
 * @returns {Promise<void>}
 */
const open = async () => {
  const inbox = anonymousHost() && await getInbox().catch(() => null)
  if (isInbox(inbox)) compare(inbox)
  await queue.flush()
}

/** @param {anonymousState.Letter} letter that was just kept @returns {Promise<Outcome>} */
const send = async (letter) => {
  const outcome = await queue.send(letter)
  // Whoever waits for it here is told here.
  if (outcome.state === 'refused') anonymousState.change((kept) => { kept.note = '' })
  return outcome
}

/** Takes this very token; tapped twice, the first tap has it. @param {anonymousState.Purse} kept @param {string} kind @param {anonymousState.Token} held */
const takeToken = (kept, kind, held) => {
  const ballots = kept.ballots[clock.period()]
  if (!ballots) return false
  const isHeld = (/** @type {any} */ one) => Boolean(one) && one.sig === held.sig
  if (kind === 'survey') {
    if (!isHeld(ballots.survey)) return false
    ballots.survey = null
    return true
  }
  const tickets = ballots.tickets || []
  ballots.tickets = tickets.filter((one) => !isHeld(one))
  return ballots.tickets.length < tickets.length
}

/**
 * An answer that was taken back may have come in: both are looked for.
 * @param {anonymousState.Purse} kept @param {anonymousState.Ballots} ballots @param {string} digest
 */
const noteDigest = (kept, { period, unit }, digest) => {
  const known = kept.digests[period] || { list: [] }
  kept.digests[period] = { unit: unit || 0, list: known.list.concat(digest) }
}

/**
 * Seals, takes the token and keeps all of it in one write, then sends.
 * @param {'survey'|'ticket'} kind @param {import('./envelope').Sealed & {digest?: string}} sealed @param {any} [more]
 */
const submit = async (kind, sealed, more = {}) => {
  const ballots = anonymousState.read().ballots[clock.period()]
  const held = ballots && (kind === 'survey' ? ballots.survey : (ballots.tickets || [])[0])
  if (!ballots || !held) throw noToken()
  const id = await randomName()
  chunkedStorage.keep(id, sealed.content)
  const { wasSent, ...fields } = held
  /** @type {anonymousState.Letter} */
  const letter = {
    id, kind, path: kind === 'survey' ? RESPONSE : FEEDBACK, period: ballots.period, size: sealed.size,
    fields, isSecond: wasSent, isKept: false, ...more,
  }
  let isTaken = false
  anonymousState.change((kept) => {
    isTaken = takeToken(kept, kind, held)
    if (isTaken) kept.outbox.push(letter)
    if (isTaken && kind === 'survey') {
      kept.answered[letter.period] = 'waiting'
      noteDigest(kept, ballots, sealed.digest || '')
    }
  })
  if (!isTaken) throw noToken()
  return send(letter)
}

/** @param {any[]} answers one for each question, null where skipped */
const answer = async (answers) => submit('survey', sealAnswers(answers, await require('./blind').randomBytes(NONCE)))

/** @param {any} ticket with its receipt @param {Uint8Array[]} photos */
const writeTicket = (ticket, photos) => submit('ticket', sealTicket(ticket, photos), { code: ticket.receipt })

/** @param {string} code @param {any} word a message, verdict or reopening */
const sendWord = async (code, word) => {
  const id = toBase64(await require('./blind').randomBytes(NAME))
  /** @type {anonymousState.Letter} */
  const letter = { id, kind: 'word', path: WORD, period: '', fields: { code, id, word: wire(sealWord(word)) }, code, isKept: false }
  anonymousState.change((kept) => { kept.outbox.push(letter) })
  return send(letter)
}

/** @param {string} code @returns {Promise<any>} what became of an anonymous ticket */
const lookUp = (code) => post('/anon/receipt', { code })

/** Forgets everything anonymous; the ballots of all months are gone with it. */
const forget = () => {
  anonymousState.change((kept) => {
    /** @type {Record<string, anonymousState.Ballots>} */
    const ballots = {}
    Object.keys(kept.ballots).forEach((period) => { ballots[period] = { period, state: 'forgotten' } })
    Object.assign(kept, {
      ballots,
      outbox: [], answered: {}, digests: {}, listed: {}, receipts: [], note: '', problem: null,
    })
  })
  chunkedStorage.dropOthers([])
}

module.exports = { answer, writeTicket, sendWord, lookUp, open, flush: queue.flush, listen: queue.listen, items, stuck, takeBack, forget }
