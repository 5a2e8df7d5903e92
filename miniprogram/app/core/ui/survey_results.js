/** What the village answered, as it was published: the server's own sentences, nothing reckoned here. */
const clock = require('../clock')
const { monthWords } = require('./words')
const { getResults } = require('../../api/surveys')

const HIDDEN = '填的人太少，不公布，免得猜出是谁。'

/** @param {any} question @param {any} row */
const linesOf = (question, row) => question.options.map((/** @type {string} */ text, /** @type {number} */ index) => ({
  text, said: row.says[index], isMost: row.majority === index,
}))

/** @param {any} question @param {any} row @param {string} title */
const part = (question, row, title) => ({
  title,
  n: row.n,
  hidden: row.shown === 'hidden' ? HIDDEN : '',
  lines: row.shown === 'hidden' ? [] : linesOf(question, row),
})

/** @param {any} question */
const describeQuestion = (question) => ({
  words: question.words,
  parts: [part(question, question.phone, '手机上')].concat(question.paper ? [part(question, question.paper, '纸质票')] : []),
})

/** @param {any} results @param {number} village */
const describe = (results, village) => {
  const mine = Object.keys(results.units).map((name) => results.units[name]).filter((unit) => unit.villages.includes(village))
  const units = mine.map((unit) => ({
    name: unit.name, texts: unit.texts, slips: unit.slips || null,
    questions: unit.questions.filter((/** @type {any} */ one) => one.kind !== 'text').map(describeQuestion),
  }))
  return units.length ? { title: results.title, month: monthWords(results.period), units } : null
}

/** The newest published month, this one or the one before; null where there is none. @param {any} village */
const latestResults = async (village) => {
  if (!village.county_id) return null
  const period = clock.period()
  for (const month of [period, clock.monthsBefore(period, 1)]) {
    const results = await getResults(village.county_id, month).catch(() => null)
    if (results) return describe(results, village.id)
  }
  return null
}

module.exports = { latestResults }
