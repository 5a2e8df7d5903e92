/** Bytes in and out of text, without the helpers that old phones lack. */
const { withoutHalves } = require('./plain_text')

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Half an emoji has no bytes. @param {string} text @returns {Uint8Array} */
const utf8 = (text) => {
  const escaped = encodeURIComponent(withoutHalves(text))
  const bytes = []
  for (let at = 0; at < escaped.length; at += 1) {
    if (escaped[at] === '%') {
      bytes.push(parseInt(escaped.slice(at + 1, at + 3), 16))
      at += 2
    } else bytes.push(escaped.charCodeAt(at))
  }
  return Uint8Array.from(bytes)
}

/** @param {Uint8Array} bytes of `utf8` @returns {string} */
const textOf = (bytes) => decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))

const PIECE = 8192

/** Bytes that are plain ASCII, as text; throws on any other. @param {Uint8Array} bytes */
const ascii = (bytes) => {
  if (bytes.some((byte) => byte > 127)) throw new Error('not ASCII')
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode.apply(null, Array.from(bytes.subarray(at, at + PIECE)))
  }
  return text
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** @param {string} hex */
const fromHex = (hex) => Uint8Array.from({ length: hex.length / 2 }, (_, place) => parseInt(hex.slice(place * 2, place * 2 + 2), 16))

/** @param {...Uint8Array} parts */
const join = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  parts.forEach((part) => {
    all.set(part, at)
    at += part.length
  })
  return all
}

/** base64url without padding. @param {Uint8Array} bytes */
const toBase64 = (bytes) => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const three = (bytes[at] << 16) | ((left > 1 ? bytes[at + 1] : 0) << 8) | (left > 2 ? bytes[at + 2] : 0)
    text += LETTERS[(three >> 18) & 63] + LETTERS[(three >> 12) & 63]
    if (left > 1) text += LETTERS[(three >> 6) & 63]
    if (left > 2) text += LETTERS[three & 63]
  }
  return text
}

/** @param {string} text base64url without padding; throws on any other letter */
const fromBase64 = (text) => {
  const bytes = []
  let held = 0
  let bits = 0
  for (const letter of text) {
    const value = LETTERS.indexOf(letter)
    if (value < 0) throw new Error('not base64url')
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 0xff)
    }
  }
  return Uint8Array.from(bytes)
}

module.exports = { utf8, textOf, ascii, toHex, fromHex, join, toBase64, fromBase64 }
