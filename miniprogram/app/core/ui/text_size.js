/** Letters follow the phone's setting and grow once more with the villager's own switch. */

const KEY = 'large_type'
const PHONE_DEFAULT = 16
const SMALLEST = 18
const LARGEST = 30
const STEP_UP = 2
const LARGE_FACTOR = 1.3

const isLarge = () => Boolean(wx.getStorageSync(KEY))
const setLarge = (/** @type {boolean} */ on) => wx.setStorageSync(KEY, on)

/** @returns {string} the root font size for <page-meta> */
const rootFontSize = () => {
  const { fontSizeSetting } = wx.getAppBaseInfo()
  const base = Math.max(SMALLEST, (fontSizeSetting || PHONE_DEFAULT) + STEP_UP)
  const wanted = isLarge() ? base * LARGE_FACTOR : base
  return `${Math.round(Math.min(LARGEST, wanted))}px`
}

module.exports = { isLarge, setLarge, rootFontSize }
