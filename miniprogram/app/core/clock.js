/**
 * What time it is. A phone's own clock may be months off; any answer of the county's server says
 * the right time, and what it said last is remembered for when there is no signal.
 */
const AHEAD = 'clock_ahead_ms'
const MINUTE_MS = 60000
const DAY_MS = 24 * 60 * MINUTE_MS
const CHINA_AHEAD_MS = 8 * 60 * MINUTE_MS

const ahead = () => Number(wx.getStorageSync(AHEAD)) || 0

/** @param {Record<string, any>} [header] of an answer */
const note = (header) => {
  const said = Date.parse((header && (header.Date || header.date)) || '')
  if (!said) return
  const now = said - Date.now()
  // The second that an answer takes is no wrong clock.
  const wanted = Math.abs(now) < MINUTE_MS ? 0 : now
  if (Math.abs(wanted - ahead()) >= MINUTE_MS) wx.setStorageSync(AHEAD, wanted)
}

const now = () => Date.now() + ahead()
/** The right time, as far as it is known by now, of a moment by the phone's own clock. @param {number} ms */
const timeOf = (ms) => new Date(ms + ahead()).toISOString()
/** @returns {string} the month in China, YYYY-MM */
const period = () => new Date(now() + CHINA_AHEAD_MS).toISOString().slice(0, 7)
/** @returns {string} the day in China, YYYY-MM-DD */
const day = () => new Date(now() + CHINA_AHEAD_MS).toISOString().slice(0, 10)
const isWrong = () => Math.abs(ahead()) >= DAY_MS

/** @param {string} month YYYY-MM @param {number} by */
const monthsBefore = (month, by) => {
  const date = new Date(`${month}-01T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() - by)
  return date.toISOString().slice(0, 7)
}

module.exports = { note, now, timeOf, period, day, isWrong, monthsBefore }
