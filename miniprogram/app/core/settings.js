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

/** A host as it is compared: small letters, without the port that goes without saying. @param {string} host */
const bare = (host) => host.toLowerCase().replace(/^https?:\/\//, '').replace(/:(443|80)$/, '')

/** Whether a poster with this host was made by the county. @param {string} host */
const isOurHost = (host) =>
  [config.host, ...config.posterHosts, ...(ext().poster_hosts || [])].some((one) => bare(one) === bare(host))

module.exports = { anonymousHost, keyDigest, isOurHost }
