/** What was written and not sent yet: it survives leaving the page and closing the app. */

const PREFIX = 'draft:'

const read = (/** @type {string} */ name) => wx.getStorageSync(PREFIX + name) || null
const keep = (/** @type {string} */ name, /** @type {any} */ draft) => wx.setStorageSync(PREFIX + name, draft)
const drop = (/** @type {string} */ name) => wx.removeStorageSync(PREFIX + name)

/** After logging out nothing that was written stays on the phone. @param {string} [start] of the names */
const dropAll = (start = '') => {
  wx.getStorageInfoSync().keys
    .filter((key) => key.startsWith(PREFIX + start))
    .forEach((key) => wx.removeStorageSync(key))
}

module.exports = { read, keep, drop, dropAll }
