/** Days, numbers and people in the words of the village. */

const MINUTE_MS = 60000
const DAY_MS = 24 * 60 * MINUTE_MS
const CHINA_AHEAD_MS = 8 * 60 * MINUTE_MS

/** The calendar day in China, whatever the phone is set to. @param {number} at */
const chinaDate = (at) => new Date(at + CHINA_AHEAD_MS)

/** @param {string} iso a UTC time or a day @returns {string} e.g. 6月3日 */
const dayWords = (iso) => {
  const date = iso.length > 10 ? chinaDate(Date.parse(iso)) : new Date(`${iso}T00:00:00Z`)
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日`
}

/** @param {string} month YYYY-MM */
const monthWords = (month) => `${Number(month.slice(5, 7))}月`

/** @param {string} until ISO time @param {number} [now] */
const leftWords = (until, now = Date.now()) => {
  const left = Date.parse(until) - now
  if (left <= 0) return ''
  const days = Math.floor(left / DAY_MS)
  return days >= 1 ? `还有 ${days} 天可以改` : '今天还可以改'
}

module.exports = { dayWords, monthWords, leftWords }
