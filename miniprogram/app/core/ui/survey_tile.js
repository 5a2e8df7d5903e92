/** What home says of the month's survey, in a title and a few words. */
const clock = require('../clock')

const DAY_MS = 24 * 3600 * 1000

/** @param {string} closesAt */
const leftWords = (closesAt) => {
  const days = Math.floor((Date.parse(closesAt) - clock.now()) / DAY_MS)
  return days >= 1 ? `还有 ${days} 天` : '今天截止'
}

/** @type {Record<string, (standing: any) => string>} */
const WORDS = {
  ask: ({ questions, closesAt }) => `${questions.length} 个小问题，${leftWords(closesAt)}`,
  scheduled: ({ opensOn }) => `${opensOn}开始`,
  closed: () => '截止了，正在数',
  published: () => '结果出来了',
  done: ({ code }) => (code === 'waiting' ? '问卷封好了，还没传出去' : '这个月的问卷交上去了'),
  refused: ({ code }) => (code === 'keys_mismatch' ? '钥匙对不上，先不要填' : '这个月您没有票，点开看看'),
  none: () => '这会儿没有问卷',
  unknown: () => '还没取到问卷',
}

/** @param {any} standing @returns {{title: string, words: string, isOpen: boolean, isMissing: boolean, isWarning: boolean}} */
const surveyTile = (standing) => ({
  title: standing.title || '本月问卷',
  words: WORDS[standing.view](standing),
  isOpen: standing.view === 'ask',
  isMissing: standing.view === 'unknown',
  isWarning: standing.code === 'keys_mismatch',
})

module.exports = { surveyTile }
