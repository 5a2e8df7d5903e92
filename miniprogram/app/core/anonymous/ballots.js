/**
 * Fetching ballots, in the villager's name: those of the next two months, at any opening, and never
 * those of the month in which they are used. So neither the order nor the day of fetching says
 * anything about an answer. What is asked for is kept word for word before it leaves, and asked for
 * again until it is answered.
 */
const { ApiError } = require('../errors')
const { fromBase64, fromHex, join, toBase64 } = require('../bytes')
const { issueBallots, choosePaper } = require('../../api/ballots')
const { getOptions } = require('../../api/tickets')
const clock = require('../clock')
const anonymousState = require('./anonymous_state')

const TICKETS = 2
const RANDOM = 32
/** Refusals that hold for a whole month: asking again would change nothing. */
const FINAL = ['already_issued', 'voting_on_paper']
const USES = ['survey'].concat(Array(TICKETS).fill('ticket'))

const tooOld = () => new ApiError({
  code: 'phone_too_old', message: '这部手机太旧，算不了匿名票。可以到村里领一张纸质票，一样算数。',
})
const wrongSignature = () => new ApiError({
  code: 'keys_mismatch', message: '收到的匿名票不是用公示的钥匙签的，已经扔掉。请打 12345 说一声。',
})

/** @param {any} keys @param {string} use @param {string} period */
const hide = async (keys, use, period) => {
  const { blind, context, randomBytes } = require('./blind')
  const r = await randomBytes(RANDOM)
  const { blinded, inverse } = await blind(fromHex(keys[use]), join(r, context(use, period, keys.unit)))
  return { blinded: toBase64(blinded), veil: { r: toBase64(r), inverse: toBase64(inverse) } }
}

/** Hides three messages and keeps them before anything is sent. @param {any} village @param {string} period */
const ask = async (village, period) => {
  const { fetchKeys, keysOf } = require('./key_file')
  const keys = keysOf(await fetchKeys(village.county_id, period), village.ids)
  const hidden = []
  for (const use of USES) hidden.push(await hide(keys, use, period))
  const [survey, ...tickets] = hidden.map((one) => one.blinded)
  return anonymousState.change((kept) => {
    kept.ballots[period] = {
      period,
      state: 'asked',
      county: village.county_id,
      village: { id: village.id, name: village.name },
      unit: keys.unit,
      unitName: keys.unitName,
      unitSize: keys.unitSize,
      keys: { survey: keys.survey, ticket: keys.ticket },
      request: { period, survey, tickets },
      veils: hidden.map((one) => one.veil),
    }
  }).ballots[period]
}

/** @param {any} asked @param {number} place @param {string} signature @returns {anonymousState.Token} */
const unveil = (asked, place, signature) => {
  const { context, finalize, keyId } = require('./blind')
  const use = USES[place]
  const { r, inverse } = asked.veils[place]
  const modulus = fromHex(asked.keys[use])
  const ctx = context(use, asked.period, asked.unit)
  const sig = finalize(modulus, join(fromBase64(r), ctx), fromBase64(inverse), fromBase64(signature))
  if (!sig) throw wrongSignature()
  return { kid: toBase64(keyId(ctx, modulus)), r, sig: toBase64(sig) }
}

/** @param {any} asked @param {any} answer */
const keep = (asked, answer) => {
  const tokens = [answer.survey].concat(answer.tickets).map((one, place) => unveil(asked, place, one))
  anonymousState.change((kept) => {
    const { period, county, village, unit, unitName, unitSize } = asked
    kept.ballots[period] = { period, county, village, unit, unitName, unitSize, state: 'ready', survey: tokens[0], tickets: tokens.slice(1) }
  })
}

/** @param {any} asked @param {any} error */
const refused = (asked, error) => {
  if (!FINAL.includes(error.code)) return
  anonymousState.change((kept) => { kept.ballots[asked.period] = { period: asked.period, village: asked.village, state: error.code } })
}

/** @param {string} period */
const takePaper = async (period) => {
  await choosePaper(period)
  anonymousState.change((kept) => { kept.ballots[period] = { period, state: 'voting_on_paper' } })
}

/** @param {any} village @param {string} period */
const fetchBallots = async (village, period) => {
  const { ballots, wantsPaper } = anonymousState.read()
  const held = ballots[period]
  const isAsked = held && held.village && held.village.id === village.id
  if (wantsPaper && !isAsked) return takePaper(period)
  if (typeof BigInt !== 'function') throw tooOld()
  const asked = isAsked ? held : await ask(village, period)
  try {
    keep(asked, await issueBallots(/** @type {any} */ (asked).request))
  } catch (error) {
    refused(asked, error)
    if (!FINAL.includes(error.code)) throw error
  }
  return undefined
}

/** What an anonymous ticket may be about, fetched ahead: nobody is asked while one is written. @param {string} period */
const keepOptions = async (period) => {
  const { options } = anonymousState.read()
  if (options && options.period === period) return
  const found = await getOptions().catch(() => null)
  if (found) anonymousState.change((kept) => { kept.options = { period, kinds: found.kinds, categories: found.categories } })
}

/** @type {Promise<void>|null} asked twice at once, it runs once */
let preparing = null

/** @param {any} error */
const told = (error) => ({
  code: error.code || 'unexpected',
  message: error.code ? error.message : '匿名票没领成，过一会儿再打开看看。',
})

/** Months that are over, and what was never answered for a month that has begun. @param {string} period */
const dropPast = (period) => anonymousState.change(({ ballots }) => {
  Object.keys(ballots)
    .filter((month) => month < period || (month === period && ballots[month].state === 'asked'))
    .forEach((month) => { delete ballots[month] })
})

/** @param {any} village */
const prepareOnce = async (village) => {
  dropPast(clock.period())
  let failed = null
  for (const month of anonymousState.coming().filter((one) => !anonymousState.isSettled(one))) {
    const refusal = await fetchBallots(village, month).then(() => null, told)
    failed = failed || refusal
  }
  anonymousState.change((kept) => { kept.problem = failed })
  await keepOptions(clock.period())
}

/**
 * Sees to it that the next two months' ballots lie on the phone. Never rejects: what went wrong is
 * kept with its sentence, to be told where the villager wants to answer.
 * @param {any} village with county_id and the id it was bound by @returns {Promise<void>}
 */
const prepare = (village) => {
  if (!preparing) {
    const done = () => { preparing = null }
    preparing = prepareOnce(village)
    preparing.then(done, done)
  }
  return preparing
}

module.exports = { prepare }
