'use strict'
/**
 * A server that lies to one phone. It serves it key files in which its village is a unit of its
 * own, called a large one: whatever comes back under that unit's key is known to be his. Or it
 * serves everybody's files and names another size of the unit where it can. Played on the
 * mini-program as it is shipped; what came of it is printed as JSON. The control is the same code
 * with digests that the lying server told it, which is a phone without a pin.
 */
const { openApp } = require('../../miniprogram/preview/node')
const { County, KEYS, QUESTIONS, unpad } = require('../miniprogram/county')
const { ballotsOf, purseOf } = require('../miniprogram/mortal')
const { monthsBefore } = require('../../miniprogram/app/core/clock')

const MINE = 11
const ALONE = 71
const WORDS = '我家门口的路灯坏了'
const ALARM = '钥匙对不上'
const LARGE = { name: '庄里镇 西村等 40 个村', size: 1200 }

/** The county's own key file, but with one village in a unit by itself. */
const alone = (file) => ({
  ...file,
  units: { 70: { ...file.units[70], villages: [12] }, [ALONE]: { ...LARGE, villages: [MINE] } },
})

/** The lies: keys of one's own against the pin, the same where the server tells the digests, a size. */
const LIES = {
  keys: (county) => { county.alter = (bytes) => other(county).pinned(JSON.parse(bytes.toString()).period) },
  control: (county) => { county.change = alone },
  size: () => {},
}
const other = (county) => Object.assign(Object.create(county), { change: alone })

const lying = (lie, monthsAgo) => {
  const county = new County()
  county.period = monthsBefore(county.period, monthsAgo)
  if (monthsAgo) county.header = { Date: new Date(`${county.period}-15T04:00:00Z`).toUTCString() }
  LIES[lie](county)
  if (lie !== 'size') Object.assign(county, { unit: ALONE, signers: { survey: KEYS.other, ticket: KEYS.otherTicket } })
  county.round = county.openRound({ units: { [county.unit]: { ...LARGE, questions: QUESTIONS } } })
  return county
}

/** A villager who opens the mini-program one month and answers the next, if the phone lets him. */
const play = async (lie) => {
  const before = lying(lie, 1)
  const early = await openApp({ device: before.device() })
  const { storage } = early
  const isReady = (period) => ballotsOf(storage, period)?.state === 'ready'
  await early.until(() => purseOf(storage)?.problem || before.coming.every(isReady))
  storage.removeItem('clock_ahead_ms')
  const county = lying(lie, 0)
  const home = await openApp({ device: county.device({ storage }) })
  await home.until(() => JSON.parse(storage.getItem('survey_round')).period === county.period)
  const phone = await openApp({ path: 'pages/survey/index', device: county.device({ storage }) })
  await phone.until(() => phone.all('#survey-next').length || phone.text().includes(ALARM))
  const [, size] = phone.text().match(/，(\d+) 人/) || []
  if (size) await answer(phone, county)
  return {
    refused: !size,
    fetched: before.requests('POST /ballots').length,
    size: Number(size || 0),
    named: county.unit === ALONE && county.requests('POST /anon/response').some(({ data }) => unpad(data.body, 2).content.answers[2] === WORDS),
  }
}

const answer = async (phone, county) => {
  phone.tap('#survey-next')
  phone.tap('#survey-next')
  phone.type('#survey-words', WORDS)
  phone.tap('#survey-send')
  await phone.until(() => county.requests('POST /anon/response').length)
}

const main = async () => {
  const seen = {}
  for (const lie of Object.keys(LIES)) seen[lie] = await play(lie)
  console.log(JSON.stringify(seen))
}

main()
