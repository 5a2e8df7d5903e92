/**
 * Whether the villager agreed to this version of the explanation. It lies on the phone alone until
 * the first log-in, which takes it along: before that nothing at all is sent.
 * Nothing here knows who uses the phone.
 */
const { ApiError } = require('./errors')

const NAME = 'consent'
/** A change of what is held or what it is for is a new version, and everybody is asked again. */
const VERSION = '2026-12'
const DECLINED = '没有同意，手机现在什么也不往外传，扫码评价和提诉求就用不了。不用手机也行：打 12345，到村里填纸质票；得分在公示网页上，谁都能看。'

let wasDeclined = false

const isGiven = () => (wx.getStorageSync(NAME) || {}).version === VERSION
const wasAsked = () => wasDeclined

const give = () => {
  wasDeclined = false
  wx.setStorageSync(NAME, { version: VERSION, isTold: false })
}

/** The server has heard of it at a log-in: what was logged in before an agreement does not count. */
const isTold = () => isGiven() && Boolean(wx.getStorageSync(NAME).isTold)
const noteTold = () => wx.setStorageSync(NAME, { version: VERSION, isTold: true })

/** Not asked again before the villager does something that needs it. */
const decline = () => { wasDeclined = true }
const reconsider = () => { wasDeclined = false }

const withdraw = () => {
  wx.removeStorageSync(NAME)
  wasDeclined = true
}

const missing = () => new ApiError({ code: 'no_consent', message: DECLINED })

/** Stands before everything that leaves the phone; throws where nobody agreed. */
const need = () => { if (!isGiven()) throw missing() }

module.exports = { VERSION, isGiven, isTold, noteTold, wasAsked, give, decline, reconsider, withdraw, missing, need }
