/**
 * What goes into the sealed envelope: answers or a ticket as bytes, in one of few sizes, so that
 * nobody on the way learns from a length how much was said.
 */
const { join, utf8, textOf, fromBase64, toBase64, toHex } = require('../bytes')
const { withoutHalves } = require('../plain_text')

const ANSWERS = 2048
const TICKET = 4096
const WORD = 2048
const TICKET_WITH_PHOTOS = 1048576
/** Room that whole groups of three bytes may need at the end. */
const SPARE = 3
const LONGEST_HEAD = 8192
/** What one of three photos may take. */
const PHOTO_LIMIT = Math.floor((TICKET_WITH_PHOTOS - LONGEST_HEAD) / 3)

/** Halves of cut emoji and control characters would not survive the journey. @param {string} words */
const clean = (words) => withoutHalves(words)
  // eslint-disable-next-line no-control-regex
  .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ')
  .trim()

/** @param {number} length @param {number} count of bytes, big-endian */
const prefix = (length, count) =>
  Uint8Array.from({ length: count }, (_, place) => (length >>> (8 * (count - 1 - place))) & 0xff)

/** @typedef {{content: string, size: number}} Sealed the start on the wire; zeros follow up to the size */

/** @param {Uint8Array} bytes @param {number} size @returns {Sealed} */
const close = (bytes, size) => {
  if (bytes.length > size - SPARE) throw new Error('too long for the envelope')
  return { content: toBase64(join(bytes, new Uint8Array((SPARE - (bytes.length % SPARE)) % SPARE))), size }
}

/**
 * The nonce stands behind the answers; the digest of both says later that they were counted.
 * @param {any[]} answers @param {Uint8Array} nonce @returns {Sealed & {digest: string}}
 */
const sealAnswers = (answers, nonce) => {
  const content = utf8(JSON.stringify({ answers }))
  const sealed = close(join(prefix(content.length, 2), content, nonce), ANSWERS)
  return { ...sealed, digest: toHex(require('./sha2').sha256(join(nonce, content))) }
}

/** @param {Record<string, any>} ticket @param {Uint8Array[]} photos */
const sealTicket = (ticket, photos) => {
  const content = utf8(JSON.stringify({ ...ticket, photos: photos.map((one) => one.length) }))
  const bytes = join(prefix(content.length, 4), content, ...photos)
  const isSmall = !photos.length && bytes.length <= TICKET - SPARE
  return close(bytes, isSmall ? TICKET : TICKET_WITH_PHOTOS)
}

/** What the holder of a receipt says. @param {any} word */
const sealWord = (word) => {
  const content = utf8(JSON.stringify(word))
  return close(join(prefix(content.length, 2), content), WORD)
}

/** The words back out of what `close` made. @param {string} content @param {number} count of the bytes before them */
const open = (content, count) => {
  const bytes = fromBase64(content)
  const length = Array.from(bytes.subarray(0, count)).reduce((sum, byte) => sum * 256 + byte, 0)
  return JSON.parse(textOf(bytes.subarray(count, count + length)))
}

/** The whole body as base64url: zeros are the letter A. @param {Sealed} sealed */
const wire = ({ content, size }) => content + 'A'.repeat(Math.ceil((size * 8) / 6) - content.length)

module.exports = { clean, open, sealAnswers, sealTicket, sealWord, wire, PHOTO_LIMIT, TICKET_WITH_PHOTOS }
