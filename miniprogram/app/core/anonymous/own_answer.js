/**
 * 「我的答卷在里面」: whether the digest that this phone kept stands in the published list of its unit.
 * Every phone downloads all lists, with an answer or without: asking tells nothing about who asks.
 */
const clock = require('../clock')
const anonymousState = require('./anonymous_state')
const { monthWords } = require('../ui/words')
const { getAnswerLists } = require('../../api/surveys')

const SENT = ['kept', 'durable']

/** @typedef {{units: Record<string, string>, n: number, digests: string[]}} AnswerList */
/**
 * @typedef {object} Finding
 * @property {'in'|'missing'|'short'|'unlisted'|'none'} state `short`: fewer lines than people who are said to have answered
 * @property {number} lines of the list
 */

/** @param {anonymousState.Purse} held @param {string} period @param {{lists: AnswerList[]}} file @returns {Finding} */
const findIn = (held, period, { lists }) => {
  const own = held.digests[period]
  if (!own || !SENT.includes(held.answered[period])) return { state: 'none', lines: 0 }
  const list = lists.find(({ units }) => String(own.unit) in units)
  if (!list) return { state: 'unlisted', lines: 0 }
  const lines = list.digests.length
  if (!own.list.some((one) => list.digests.includes(one))) return { state: 'missing', lines }
  return { state: lines < list.n ? 'short' : 'in', lines }
}

/** @param {string} period @param {Finding} finding */
const keep = (period, finding) => anonymousState.change((held) => {
  held.listed[period] = finding
  if (['missing', 'short'].includes(finding.state)) {
    const what = finding.state === 'missing' ? '里没有您那份答卷' : '比公布的份数少'
    held.note = `${monthWords(period)}公布的名单${what}。怎么反映，看「怎么查证」。`
  }
})

/** @param {number} county @param {string} period */
const lookUp = async (county, period) => {
  try {
    const file = await getAnswerLists(county, period)
    if (file && Array.isArray(file.lists)) keep(period, findIn(anonymousState.read(), period, file))
  } catch (error) {
    if (error.code === 'round_unknown') keep(period, { state: 'none', lines: 0 })
  }
}

/** What is older than the month before goes. @param {string} oldest */
const forgetBefore = (oldest) => anonymousState.change((held) => {
  const gone = Object.keys({ ...held.digests, ...held.listed }).filter((period) => period < oldest)
  gone.forEach((period) => {
    delete held.digests[period]
    delete held.listed[period]
  })
})

/**
 * The month before, once a day until its lists are out; this month as soon as its results are.
 * @param {number} county @param {any} round this month's questions
 */
const refresh = async (county, round) => {
  const month = clock.period()
  const before = clock.monthsBefore(month, 1)
  forgetBefore(before)
  const { listed, listsAskedOn } = anonymousState.read()
  if (!listed[before] && listsAskedOn !== clock.day()) {
    anonymousState.change((held) => { held.listsAskedOn = clock.day() })
    await lookUp(county, before)
  }
  if (!listed[month] && round && round.period === month && round.state === 'published') await lookUp(county, month)
}

module.exports = { refresh }
