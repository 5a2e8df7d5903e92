/** A month's score in plain words: how many spoke, how sure it is. */
const { monthWords } = require('./words')

/** @param {{status: string, value: string|null, low: any, high: any}} figure @param {number} n */
const satisfactionWords = (figure, n) => {
  if (figure.status === 'none' || !n) return '这个月还没有人评。您来评第一个吧。'
  if (figure.status === 'too_few') return `才评了 ${n} 次，太少，先别急着下结论。多评几次就准了。`
  const range = figure.low === null || figure.low === undefined
    ? '' : `真实的满意度大约在 ${figure.low} 到 ${figure.high} 分之间。`
  return `大伙评了 ${n} 次。${range}`
}

/** @param {any} card the server's scorecard */
const describe = (card) => ({
  ...card,
  monthWords: monthWords(card.month),
  isFew: card.satisfaction.status !== 'ok',
  value: card.satisfaction.value === null ? '' : card.satisfaction.value,
  saying: satisfactionWords(card.satisfaction, card.n),
  spoken: card.satisfaction.value === null
    ? '满意度还没有' : `满意度 ${card.satisfaction.value} 分，评了 ${card.n} 次`,
})

module.exports = { describe, satisfactionWords }
