/**
 * Blind signatures, the phone's half (RFC 9474, RSABSSA-SHA384-PSS-Randomized): hide a message,
 * have it signed unseen, take the veil off, check. Needs a phone that knows BigInt.
 */
const { fromBytes, toBytes, power, inverse, reduce, ZERO, ONE } = require('./bigint')
const { join, utf8 } = require('../bytes')
const { sha256, sha384 } = require('./sha2')

const EXPONENT = 65537
const HASH = 48
const SALT = 48
const TRAILER = 0xbc

/** @param {Uint8Array} seed @param {number} length */
const mgf1 = (seed, length) => {
  const blocks = []
  for (let counter = 0; counter * HASH < length; counter += 1) {
    blocks.push(sha384(join(seed, Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter))))
  }
  return join(...blocks).slice(0, length)
}

/** @param {bigint} n */
const bitsOf = (n) => n.toString(2).length
const lengthOf = (/** @type {bigint} */ n) => Math.ceil(bitsOf(n) / 8)
/** The bits of the first byte that a number below the modulus may use. @param {number} emBits */
const firstMask = (emBits) => 0xff >> (8 * Math.ceil(emBits / 8) - emBits)

/** EMSA-PSS (RFC 8017, 9.1.1). @param {Uint8Array} message @param {Uint8Array} salt @param {number} bits of the modulus */
const encode = (message, salt, bits) => {
  const emBits = bits - 1
  const length = Math.ceil(emBits / 8)
  const digest = sha384(join(new Uint8Array(8), sha384(message), salt))
  const block = join(new Uint8Array(length - salt.length - HASH - 2), Uint8Array.of(1), salt)
  const mask = mgf1(digest, block.length)
  const masked = block.map((byte, place) => byte ^ mask[place])
  masked[0] &= firstMask(emBits)
  return join(masked, digest, Uint8Array.of(TRAILER))
}

/** EMSA-PSS verification (9.1.2). @param {Uint8Array} encoded @param {Uint8Array} message @param {number} bits @param {number} saltLength */
const isEncoded = (encoded, message, bits, saltLength) => {
  const emBits = bits - 1
  const cut = encoded.length - HASH - 1
  if (encoded[encoded.length - 1] !== TRAILER || encoded[0] & ~firstMask(emBits)) return false
  const digest = encoded.slice(cut, -1)
  const mask = mgf1(digest, cut)
  const block = encoded.slice(0, cut).map((byte, place) => byte ^ mask[place])
  block[0] &= firstMask(emBits)
  const start = cut - saltLength
  const isFramed = block.slice(0, start).every((byte, place) => byte === (place === start - 1 ? 1 : 0))
  const again = sha384(join(new Uint8Array(8), sha384(message), block.slice(start)))
  return isFramed && again.every((byte, place) => byte === digest[place])
}

/** @param {number} length @returns {Promise<Uint8Array>} */
const randomBytes = async (length) => new Uint8Array((await wx.getRandomValues({ length })).randomValues)

/** A uniform number in [1, n): too large ones are thrown away. @param {bigint} n */
const randomBelow = async (n) => {
  for (;;) {
    const candidate = fromBytes(await randomBytes(lengthOf(n)))
    if (candidate >= ONE && candidate < n) return candidate
  }
}

/**
 * @param {bigint} n @param {Uint8Array} message @param {Uint8Array} salt @param {bigint} factor
 * @returns {{blinded: Uint8Array, inverse: bigint}|null} null where the factor or message is no good
 */
const blindWith = (n, message, salt, factor) => {
  const m = fromBytes(encode(message, salt, bitsOf(n)))
  const back = inverse(factor, n)
  if (back === null || inverse(m, n) === null) return null
  return { blinded: toBytes((m * power(factor, EXPONENT, n)) % n, lengthOf(n)), inverse: back }
}

/** Hides a message. @param {Uint8Array} modulus @param {Uint8Array} message */
const blind = async (modulus, message) => {
  const n = fromBytes(modulus)
  const hidden = blindWith(n, message, await randomBytes(SALT), await randomBelow(n))
  if (!hidden) throw new Error('the modulus is broken')
  return { blinded: hidden.blinded, inverse: toBytes(hidden.inverse, modulus.length) }
}

/** @param {Uint8Array} modulus @param {Uint8Array} message @param {Uint8Array} signature */
const isSigned = (modulus, message, signature, saltLength = SALT) => {
  const n = fromBytes(modulus)
  const s = fromBytes(signature)
  if (signature.length !== modulus.length || s <= ZERO || s >= n) return false
  const encoded = power(s, EXPONENT, n)
  const length = Math.ceil((bitsOf(n) - 1) / 8)
  if (encoded.toString(16).length > length * 2) return false
  return isEncoded(toBytes(encoded, length), message, bitsOf(n), saltLength)
}

/**
 * Takes the veil off a signature. @returns {Uint8Array|null} null where it was made with another key
 * @param {Uint8Array} modulus @param {Uint8Array} message @param {Uint8Array} inverseBytes @param {Uint8Array} blindSignature
 */
const finalize = (modulus, message, inverseBytes, blindSignature, saltLength = SALT) => {
  const n = fromBytes(modulus)
  const signature = toBytes(reduce(fromBytes(blindSignature) * fromBytes(inverseBytes), n), modulus.length)
  return isSigned(modulus, message, signature, saltLength) ? signature : null
}

/** What a token is good for. @param {string} use @param {string} period @param {number} unit */
const context = (use, period, unit) => sha256(utf8(`cs1|${use}|${period}|${unit}`))

/** The name of a key. @param {Uint8Array} ctx @param {Uint8Array} modulus */
const keyId = (ctx, modulus) => sha256(join(ctx, modulus))

module.exports = { encode, blindWith, blind, finalize, isSigned, context, keyId, randomBytes }
