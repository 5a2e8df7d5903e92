/** Long texts, kept in pieces: WeChat stores at most one megabyte under one name. */
const PREFIX = 'part:'
const LONGEST = 400000

const nameOf = (/** @type {string} */ id, /** @type {number} */ place) => `${PREFIX}${id}:${place}`

/** @param {string} id @param {string} text */
const keep = (id, text) => {
  for (let place = 0; place * LONGEST < text.length; place += 1) {
    wx.setStorageSync(nameOf(id, place), text.slice(place * LONGEST, (place + 1) * LONGEST))
  }
}

/** @param {string} id @returns {string} */
const read = (id) => {
  let text = ''
  for (let place = 0; ; place += 1) {
    const piece = wx.getStorageSync(nameOf(id, place))
    if (!piece) return text
    text += piece
  }
}

/** Drops every text but these: also what was half written when the phone went off. @param {string[]} ids */
const dropOthers = (ids) => {
  wx.getStorageInfoSync().keys
    .filter((key) => key.startsWith(PREFIX) && !ids.includes(key.split(':')[1]))
    .forEach((key) => wx.removeStorageSync(key))
}

module.exports = { keep, read, dropOthers }
