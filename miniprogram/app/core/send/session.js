/** Who is using this phone: one silent log-in, kept until the server forgets it. */
const { send } = require('./send')
const { ApiError, fromFailure, isCancelled } = require('../errors')
const consent = require('../consent')

const TOKEN = 'session'
const SIGNED_OUT = 'signed_out'

/** @type {Promise<string>|null} several pages may ask at once; one log-in serves them all */
let opening = null

const signedOut = (/** @type {string} */ message) => new ApiError({ code: 'signed_out', message })

/** Outside WeChat a log-in asks something; whoever turned back is not asked again before a tap. */
const turnedBack = () => {
  wx.setStorageSync(SIGNED_OUT, true)
  return signedOut('您还没有登录。要用的时候，点一下就能进来。')
}

const askCode = () => new Promise((resolve, reject) => {
  wx.login({
    success: ({ code }) => resolve(code),
    fail: (failure) => reject(isCancelled(failure) ? turnedBack() : fromFailure(failure)),
  })
})

const exchange = async () => {
  const code = await askCode()
  return send({ method: 'POST', path: '/sessions', data: { code, consent: consent.VERSION } })
}

/** A code works once; when the server refuses it, a fresh one is tried. */
const open = async () => {
  const opened = await exchange().catch((error) => {
    if (error.code !== 'login_code_invalid') throw error
    return exchange()
  })
  wx.setStorageSync(TOKEN, opened.token)
  consent.noteTold()
  return opened.token
}

/** @returns {Promise<string>} a token, logging in silently when there is none */
const ensure = () => {
  if (!consent.isGiven()) return Promise.reject(consent.missing())
  if (wx.getStorageSync(SIGNED_OUT)) {
    return Promise.reject(signedOut('您已经退出登录。要用的时候，点一下就能进来。'))
  }
  const kept = consent.isTold() && wx.getStorageSync(TOKEN)
  if (kept) return Promise.resolve(kept)
  if (!opening) {
    opening = open()
    const done = () => { opening = null }
    opening.then(done, done)
  }
  return opening
}

/** Drops a token the server no longer knows. @param {string} token */
const forget = (token) => {
  if (wx.getStorageSync(TOKEN) === token) wx.removeStorageSync(TOKEN)
}

/** The villager asks to come back after having logged out. */
const signIn = () => {
  wx.removeStorageSync(SIGNED_OUT)
  return ensure()
}

/** Logs out on the server if it can be reached, on this phone in any case. */
const signOut = async () => {
  const token = wx.getStorageSync(TOKEN)
  wx.setStorageSync(SIGNED_OUT, true)
  wx.removeStorageSync(TOKEN)
  if (!token) return
  const header = { Authorization: `Bearer ${token}` }
  await send({ method: 'DELETE', path: '/sessions/current', header }).catch(() => undefined)
}

/** Takes the agreement back: the server is told while that is still allowed, then nothing leaves any more. */
const withdraw = async () => {
  const token = await ensure()
  await send({ method: 'DELETE', path: '/me/consent', header: { Authorization: `Bearer ${token}` } })
  leave()
}

/** Nobody is logged in and nothing is sent until somebody agrees anew. */
const leave = () => {
  wx.removeStorageSync(TOKEN)
  consent.withdraw()
}

module.exports = { ensure, forget, signIn, signOut, withdraw, leave }
