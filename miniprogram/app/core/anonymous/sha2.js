/** SHA-256 and SHA-384 (FIPS 180-4). Their constants are roots of primes, so they are computed. */
const { root } = require('./bigint')

const WORD = BigInt(64)
const MASK64 = (BigInt(1) << WORD) - BigInt(1)
const LOW32 = BigInt(0xffffffff)
const HALF = BigInt(32)

const primes = (/** @type {number} */ count) => {
  /** @type {number[]} */
  const found = []
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime)) found.push(candidate)
  }
  return found
}

/** The first 64 bits behind the point of a root. @param {number} prime @param {number} degree */
const fraction = (prime, degree) => root(BigInt(prime) << (WORD * BigInt(degree)), degree) & MASK64
const high = (/** @type {bigint} */ word) => Number(word >> HALF)

const FIRST = primes(80)
const K512 = FIRST.map((prime) => fraction(prime, 3))
const K256 = Uint32Array.from(K512.slice(0, 64), high)
const H256 = Uint32Array.from(FIRST.slice(0, 8), (prime) => high(fraction(prime, 2)))
const H384 = FIRST.slice(8, 16).map((prime) => fraction(prime, 2))

/** The message, a one, zeros and its length in bits. @param {Uint8Array} bytes @param {number} block @param {number} tail */
const padded = (bytes, block, tail) => {
  const all = new Uint8Array(Math.ceil((bytes.length + 1 + tail) / block) * block)
  all.set(bytes)
  all[bytes.length] = 0x80
  const view = new DataView(all.buffer)
  view.setUint32(all.length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(all.length - 4, (bytes.length * 8) >>> 0)
  return view
}

const turn = (/** @type {number} */ x, /** @type {number} */ by) => (x >>> by) | (x << (32 - by))

/** @param {Uint32Array} state @param {DataView} view @param {number} at @param {Uint32Array} w */
const mix256 = (state, view, at, w) => {
  for (let t = 0; t < 16; t += 1) w[t] = view.getUint32(at + t * 4)
  for (let t = 16; t < 64; t += 1) {
    const [x, y] = [w[t - 15], w[t - 2]]
    w[t] = w[t - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[t - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let t = 0; t < 64; t += 1) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K256[t] + w[t]) | 0
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] += word })
}

/** @param {Uint8Array} bytes @returns {Uint8Array} 32 bytes */
const sha256 = (bytes) => {
  const view = padded(bytes, 64, 8)
  const state = Uint32Array.from(H256)
  const w = new Uint32Array(64)
  for (let at = 0; at < view.byteLength; at += 64) mix256(state, view, at, w)
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((word, place) => out.setUint32(place * 4, word))
  return new Uint8Array(out.buffer)
}

const turn64 = (/** @type {bigint} */ x, /** @type {number} */ by) =>
  ((x >> BigInt(by)) | (x << BigInt(64 - by))) & MASK64
const three64 = (/** @type {bigint} */ x, /** @type {number} */ i, /** @type {number} */ j, /** @type {bigint} */ last) =>
  turn64(x, i) ^ turn64(x, j) ^ last

/** @param {bigint[]} state @param {DataView} view @param {number} at */
const mix512 = (state, view, at) => {
  /** @type {bigint[]} */
  const w = []
  for (let t = 0; t < 16; t += 1) w[t] = (BigInt(view.getUint32(at + t * 8)) << HALF) | BigInt(view.getUint32(at + t * 8 + 4))
  for (let t = 16; t < 80; t += 1) {
    const [x, y] = [w[t - 15], w[t - 2]]
    w[t] = (w[t - 16] + three64(x, 1, 8, x >> BigInt(7)) + w[t - 7] + three64(y, 19, 61, y >> BigInt(6))) & MASK64
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let t = 0; t < 80; t += 1) {
    const t1 = h + three64(e, 14, 18, turn64(e, 41)) + ((e & f) ^ ((MASK64 ^ e) & g)) + K512[t] + w[t]
    const t2 = three64(a, 28, 34, turn64(a, 39)) + ((a & b) ^ (a & c) ^ (b & c))
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK64, c, b, a, (t1 + t2) & MASK64]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] = (state[place] + word) & MASK64 })
}

/** @param {Uint8Array} bytes @returns {Uint8Array} 48 bytes */
const sha384 = (bytes) => {
  const view = padded(bytes, 128, 16)
  const state = H384.slice()
  for (let at = 0; at < view.byteLength; at += 128) mix512(state, view, at)
  const out = new DataView(new ArrayBuffer(48))
  state.slice(0, 6).forEach((word, place) => {
    out.setUint32(place * 8, high(word))
    out.setUint32(place * 8 + 4, Number(word & LOW32))
  })
  return new Uint8Array(out.buffer)
}

module.exports = { sha256, sha384 }
