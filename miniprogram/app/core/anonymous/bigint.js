/**
 * Whole numbers of any size. Written without number literals and operators that the packers of
 * mini-programs break: no suffix n, no power operator.
 */
const { fromHex, toHex } = require('../bytes')

const ZERO = BigInt(0)
const ONE = BigInt(1)

/** @param {Uint8Array} bytes big-endian */
const fromBytes = (bytes) => (bytes.length ? BigInt(`0x${toHex(bytes)}`) : ZERO)

/** @param {bigint} value @param {number} length in bytes */
const toBytes = (value, length) => {
  const hex = value.toString(16)
  if (hex.length > length * 2) throw new Error('the number is too long')
  return fromHex(hex.padStart(length * 2, '0'))
}

/** @param {bigint} value @param {bigint} n */
const reduce = (value, n) => {
  const rest = value % n
  return rest < ZERO ? rest + n : rest
}

/** base^exponent mod n, for a small exponent that everybody knows. @param {bigint} base @param {number} exponent @param {bigint} n */
const power = (base, exponent, n) => {
  let result = ONE
  let square = reduce(base, n)
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2) result = (result * square) % n
    square = (square * square) % n
  }
  return result
}

/** The inverse of a value, or null where it shares a factor with n. @param {bigint} value @param {bigint} n */
const inverse = (value, n) => {
  let [before, now] = [n, reduce(value, n)]
  let [older, old] = [ZERO, ONE]
  while (now !== ZERO) {
    const times = before / now
    ;[before, now] = [now, before - times * now]
    ;[older, old] = [old, older - times * old]
  }
  return before === ONE ? reduce(older, n) : null
}

/** The whole part of a root of 2 or 3 by Newton's steps from above. @param {bigint} value @param {number} degree */
const root = (value, degree) => {
  const k = BigInt(degree)
  const below = BigInt(degree - 1)
  let guess = ONE << BigInt(Math.ceil(value.toString(2).length / degree))
  for (;;) {
    let divisor = guess
    for (let times = 2; times < degree; times += 1) divisor *= guess
    const next = (below * guess + value / divisor) / k
    if (next >= guess) return guess
    guess = next
  }
}

module.exports = { ZERO, ONE, fromBytes, toBytes, reduce, power, inverse, root }
