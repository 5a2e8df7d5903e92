/** Where the villager stands with this month's survey, told from what lies on the phone alone. */
const clock = require('../clock')
const anonymousState = require('./anonymous_state')
const { whyNone } = require('./no_ballot')
const { dayWords } = require('../ui/words')
const { getRound } = require('../../api/surveys')

const KEPT = 'survey_round'
const TAKEN = ['waiting', 'kept', 'durable']

/** @type {Record<string, string>} why there is nothing to answer with */
const REFUSALS = {
  closed: '来晚了一步，这个月的问卷已经截止，您这份没赶上。下个月再来。',
  bad_token: '这张匿名票不对，没收下。请到「怎么查证」里核对钥匙；对不上，就打 12345。',
  no_token: '这个月的匿名票已经用完了，下个月再来。',
}

/** @returns {any} the questions as they were fetched last */
const round = () => wx.getStorageSync(KEPT) || null

/** Fetches the questions ahead; without a signal the last ones stay. @param {number} county */
const refresh = async (county) => {
  try {
    wx.setStorageSync(KEPT, { county, ...await getRound(county, clock.period()) })
  } catch (error) {
    if (error.code === 'round_unknown') wx.setStorageSync(KEPT, { county, period: clock.period(), isNone: true })
  }
}

/** The phone may have been without a signal since the questions came. @param {any} asked */
const stateOf = (asked) => {
  const isIn = { scheduled: clock.now() >= Date.parse(asked.opens_at), open: clock.now() >= Date.parse(asked.closes_at) }
  if (asked.state === 'scheduled' && isIn.scheduled && !isIn.open && Object.keys(asked.units).length) return 'open'
  return asked.state === 'open' && isIn.open ? 'closed' : asked.state
}

/** @param {any} asked @param {anonymousState.Purse} held */
const whenOpen = (asked, held) => {
  const refused = (/** @type {any} */ told) => ({ view: 'refused', ...told })
  const became = held.answered[asked.period]
  const ballots = held.ballots[asked.period]
  if (!ballots || ballots.state !== 'ready') return refused(whyNone(held))
  const mine = asked.units[String(ballots.unit)]
  if (!ballots.survey || !mine) {
    const code = became && REFUSALS[became] ? became : 'no_token'
    return refused({ code, message: REFUSALS[code] })
  }
  return { view: 'ask', questions: mine.questions, unitName: ballots.unitName, unitSize: ballots.unitSize }
}

/** @returns {any} with a view: unknown (never heard), none, scheduled, closed, published, refused, done or ask */
const standing = () => {
  const asked = round()
  if (!asked || asked.period !== clock.period()) return { view: 'unknown' }
  if (asked.isNone) return { view: 'none' }
  const held = anonymousState.read()
  const about = { period: asked.period, title: asked.title, county: asked.county, opensOn: dayWords(asked.opens_at),
    closesAt: asked.closes_at, points: asked.points }
  const became = held.answered[asked.period]
  const state = stateOf(asked)
  if (state === 'published') return { ...about, view: 'published', isCounted: (held.listed[asked.period] || {}).state === 'in' }
  if (TAKEN.includes(became)) return { ...about, view: 'done', code: became }
  return { ...about, ...(state === 'open' ? whenOpen(asked, held) : { view: state }) }
}

module.exports = { round, refresh, standing }
