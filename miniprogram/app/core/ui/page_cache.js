/** What a page showed last, to have something to read without a signal. */

const PREFIX = 'seen:'

const recall = (/** @type {string} */ name) => wx.getStorageSync(PREFIX + name) || null
const remember = (/** @type {string} */ name, /** @type {any} */ data) => wx.setStorageSync(PREFIX + name, data)

/** After logging out nothing of the person stays on the phone. */
const forgetAll = () => {
  wx.getStorageInfoSync().keys
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => wx.removeStorageSync(key))
}

module.exports = { recall, remember, forgetAll }
