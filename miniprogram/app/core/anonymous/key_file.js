/**
 * The key file of a month. Everybody gets the same one or nobody gets any: who was served keys of
 * his own could be recognised by them. So the phone takes only the file whose SHA-256 came with
 * the package and hangs on the village's notice.
 */
const { ApiError } = require('../errors')
const { ascii, toHex } = require('../bytes')
const { fetchBytes } = require('../send/open_file')
const { sha256 } = require('./sha2')
const { keyDigest } = require('../settings')

const MODULUS = /^[89a-f][0-9a-f]{510}[13579bdf]$/
const USES = ['survey', 'ticket']

const MISMATCH = 'keys_mismatch'
const mismatch = () => new ApiError({
  code: MISMATCH,
  message: '网上拿到的钥匙，和小程序里记的不是同一份。请把「怎么查证」里的 16 个字和村里公示的比一比，再打 12345 说一声。',
})
const notPinned = () => new ApiError({
  code: 'keys_not_pinned',
  message: '小程序里还没有这个月的钥匙。先看手机上的日期对不对；日期没错，就关掉小程序重新打开，更新一下。',
})
const elsewhere = () => new ApiError({
  code: 'village_without_keys',
  message: '您的村还没有匿名票。刚换过村的，过一两个月就有。',
})

/** @param {any} content @param {number} county @param {string} period */
const isWhole = (content, county, period) => {
  const { keys, units } = content
  if (content.period !== period || content.county !== county || !units) return false
  const names = keys.map((/** @type {any} */ key) => `${key.use} ${key.unit}`)
  const moduli = keys.map((/** @type {any} */ key) => key.n)
  return new Set(names).size === names.length
    && new Set(moduli).size === moduli.length
    && moduli.every((/** @type {any} */ n) => typeof n === 'string' && MODULUS.test(n))
    && keys.every((/** @type {any} */ key) => USES.includes(key.use) && String(key.unit) in units)
    && Object.keys(units).every((name) => Array.isArray(units[name].villages) && units[name].size >= 0)
}

/** @param {Uint8Array} bytes @param {number} county @param {string} period @returns {any} throws what a villager is told */
const open = (bytes, county, period) => {
  if (toHex(sha256(bytes)) !== keyDigest(period)) throw mismatch()
  try {
    const content = JSON.parse(ascii(bytes))
    if (isWhole(content, county, period)) return content
  } catch { /* said below */ }
  throw mismatch()
}

/** @param {number} county @param {string} period @returns {Promise<any>} the checked file */
const fetchKeys = async (county, period) => {
  if (!keyDigest(period)) throw notPinned()
  return open(await fetchBytes(`/keys/${county}/${period}.json`), county, period)
}

/**
 * My unit and its keys: that of the village I bound, or else of the first it went into that has one.
 * @param {any} content of a checked file @param {number[]} villages
 * @returns {{unit: number, unitName: string, unitSize: number, survey: string, ticket: string}}
 */
const keysOf = (content, villages) => {
  const unitOf = (/** @type {number} */ village) => Object.keys(content.units).find((name) => content.units[name].villages.includes(village))
  const unit = villages.map(unitOf).find(Boolean)
  if (!unit) throw elsewhere()
  const modulus = (/** @type {string} */ use) => {
    const found = content.keys.find((/** @type {any} */ key) => String(key.unit) === unit && key.use === use)
    if (!found) throw mismatch()
    return found.n
  }
  const { name, size } = content.units[unit]
  return { unit: Number(unit), unitName: name, unitSize: size, survey: modulus('survey'), ticket: modulus('ticket') }
}

/** The start of a digest as the village's notice prints it. @param {string} digest */
const spoken = (digest) => (digest.slice(0, 16).match(/.{4}/g) || []).join(' ')

module.exports = { fetchKeys, keysOf, spoken, MISMATCH }
