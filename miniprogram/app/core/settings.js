/** What a county set for itself: its ext.json wins over the package's own settings. */
const config = require('../config')

/** @returns {Record<string, any>} empty where the package is no template, or the phone is too old */
const ext = () => (typeof wx.getExtConfigSync === 'function' && wx.getExtConfigSync()) || {}

const anonymousHost = () => ext().anonymous_host || config.anonymousHost

/** The pinned digest of a month's key file; empty where this package knows none. @param {string} period */
const keyDigest = (period) => {
  /** @type {Record<string, string>} */
  const digests = { ...config.keyDigests, ...ext().key_digests }
  return (digests[period] || '').toLowerCase()
}

module.exports = { anonymousHost, keyDigest }
