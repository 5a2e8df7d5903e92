/**
 * Fetching the month's ballots, in the villager's name: at the month's first launch and never when
 * answering. What is asked for is kept word for word before it leaves, and asked for again until
 * it is answered, so that a lost answer costs nobody the month.
 */
const { ApiError } = require('./errors')
const { fromBase64, fromHex, join, toBase64 } = require('./bytes')
const { issueBallots, choosePaper } = require('../api/ballots')
const { getOptions } = require('../api/tickets')
const clock = require('./clock')
const purse = require('./purse')

const TICKETS = 2
const RANDOM = 32
/** Refusals that hold for the whole month: asking again would change nothing. */
const FINAL = ['already_issued', 'voting_on_paper']
const USES = ['survey'].concat(Array(TICKETS).fill('ticket'))

const WORDS = {
  already_issued: '这个月的匿名票已经在别的手机上领过,或者手机清过数据。一人一月只有一份,下个月再填。',
  voting_on_paper: '您这个月选了纸质票,手机上就不用填了。',
  forgotten: '这个月的匿名票已经从这部手机上删掉了,下个月再填。',
}

const tooOld = () => new ApiError({
  code: 'phone_too_old', message: '这部手机太旧,算不了匿名票。可以到村里领一张纸质票,一样算数。',
})
const wrongSignature = () => new ApiError({
  code: 'keys_mismatch', message: '收到的匿名票不是用公示的钥匙签的,已经扔掉。请打 12345 说一声。',
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
  const keys = keysOf(await fetchKeys(village.county_id, period), village.id)
  const hidden = []
  for (const use of USES) hidden.push(await hide(keys, use, period))
  const [survey, ...tickets] = hidden.map((one) => one.blinded)
  return purse.change((kept) => {
    kept.ballots = {
      period,
      state: 'asked',
      county: village.county_id,
      village: { id: village.id, name: village.name },
      unit: keys.unit,
      keys: { survey: keys.survey, ticket: keys.ticket },
      request: { period, survey, tickets },
      veils: hidden.map((one) => one.veil),
    }
  }).ballots
}

/** @param {any} asked @param {number} place @param {string} signature @returns {purse.Token} */
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
  purse.change((kept) => {
    const { period, county, village, unit, keys } = asked
    kept.ballots = { period, county, village, unit, keys, state: 'ready', survey: tokens[0], tickets: tokens.slice(1) }
  })
}

/** @param {any} asked @param {any} error */
const refused = (asked, error) => {
  if (!FINAL.includes(error.code)) return
  purse.change((kept) => { kept.ballots = { period: asked.period, village: asked.village, state: error.code } })
}

/** @param {string} period */
const takePaper = async (period) => {
  await choosePaper(period)
  purse.change((kept) => { kept.ballots = { period, state: 'voting_on_paper' } })
}

/** @param {any} village @param {string} period */
const fetchBallots = async (village, period) => {
  const { ballots: held, wantsPaper } = purse.read()
  const isAsked = held && held.period === period && held.state === 'asked' && held.village && held.village.id === village.id
  if (wantsPaper && !isAsked) return takePaper(period)
  if (typeof BigInt !== 'function') throw tooOld()
  const asked = isAsked ? held : await ask(village, period)
  try {
    keep(asked, await issueBallots(/** @type {any} */ (asked).request))
  } catch (error) {
    refused(asked, error)
    throw error
  }
  return undefined
}

/** What an anonymous ticket may be about, fetched ahead: nobody is asked while one is written. @param {string} period */
const keepOptions = async (period) => {
  const { options } = purse.read()
  if (options && options.period === period) return
  const found = await getOptions().catch(() => null)
  if (found) purse.change((kept) => { kept.options = { period, kinds: found.kinds, categories: found.categories } })
}

/** @type {Promise<void>|null} asked twice at once, it runs once */
let preparing = null

/** @param {any} error */
const told = (error) => ({
  code: error.code || 'unexpected',
  message: WORDS[error.code] || (error.code ? error.message : '匿名票没领成,过一会儿再打开看看。'),
})

/** @param {any} village */
const prepareOnce = async (village) => {
  const period = clock.period()
  const held = purse.read().ballots
  const isSettled = held && held.state !== 'asked' && held.period >= period
  const failed = isSettled ? null : await fetchBallots(village, period).then(() => null, told)
  purse.change((kept) => {
    const state = kept.ballots ? kept.ballots.state : 'asked'
    kept.problem = failed || (WORDS[state] ? told({ code: state }) : null)
  })
  if (!failed) await keepOptions(period)
}

/**
 * Sees to it that this month's ballots lie on the phone. Never rejects: what went wrong is kept
 * with its sentence, to be told where the villager wants to answer.
 * @param {any} village with county_id @returns {Promise<void>}
 */
const prepare = (village) => {
  if (!preparing) {
    const done = () => { preparing = null }
    preparing = prepareOnce(village)
    preparing.then(done, done)
  }
  return preparing
}

module.exports = { prepare, WORDS }
