'use strict'
/** T1: the phone's half of RFC 9474 against its published vectors, and its parts against Node's. */
const assert = require('node:assert/strict')
const { createHash, randomBytes, webcrypto } = require('node:crypto')
const { readFileSync, readdirSync } = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')
const { sha256, sha384 } = require('../../../miniprogram/app/core/anonymous/sha2')
const { fromHex, toHex, utf8, toBase64, fromBase64 } = require('../../../miniprogram/app/core/bytes')
const { fromBytes, inverse } = require('../../../miniprogram/app/core/anonymous/bigint')
const { encode, blindWith, blind, finalize, isSigned, context, keyId } = require('../../../miniprogram/app/core/anonymous/blind')

const { vectors } = JSON.parse(readFileSync(path.join(__dirname, '../../vectors/rfc9474.json'), 'utf8'))
global.wx = { getRandomValues: async ({ length }) => ({ randomValues: webcrypto.getRandomValues(new Uint8Array(length)).buffer }) }

test('hashes agree with Node for every length around a block', () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1000]) {
    const bytes = new Uint8Array(randomBytes(length))
    assert.equal(toHex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'), `sha256 ${length}`)
    assert.equal(toHex(sha384(bytes)), createHash('sha384').update(bytes).digest('hex'), `sha384 ${length}`)
  }
})

test('text and base64url go there and back', () => {
  for (const text of ['', 'a', '村声', '😀x', 'ab', 'abc']) {
    const bytes = utf8(text)
    assert.deepEqual(Buffer.from(bytes), Buffer.from(text, 'utf8'))
    assert.equal(toBase64(bytes), Buffer.from(text, 'utf8').toString('base64url'))
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
  }
  assert.throws(() => fromBase64('a+b'))
})

for (const vector of vectors) {
  test(`T1 ${vector.name}`, () => {
    const n = fromHex(vector.n)
    const message = fromHex(vector.input_msg)
    const salt = fromHex(vector.salt)
    const big = fromBytes(n)
    assert.equal(toHex(encode(message, salt, big.toString(2).length)), vector.encoded_msg)
    const factor = inverse(fromBytes(fromHex(vector.inv)), big)
    const hidden = blindWith(big, message, salt, factor)
    assert.equal(toHex(hidden.blinded), vector.blinded_msg)
    const signature = finalize(n, message, fromHex(vector.inv), fromHex(vector.blind_sig), vector.salt_len)
    assert.equal(toHex(signature), vector.sig)
  })
}

test('a signature of another key or another message is not taken', async () => {
  const [vector] = vectors
  const n = fromHex(vector.n)
  const message = fromHex(vector.input_msg)
  const signature = fromHex(vector.sig)
  assert.ok(isSigned(n, message, signature))
  const changed = Uint8Array.from(signature)
  changed[10] ^= 1
  assert.equal(isSigned(n, message, changed), false)
  assert.equal(isSigned(n, Uint8Array.of(1), signature), false)
  assert.equal(isSigned(n, message, signature.slice(1)), false)
  const { inverse: back } = await blind(n, message)
  assert.equal(finalize(n, message, back, fromHex(vector.blind_sig)), null)
})

test('two veils of one message have nothing in common', async () => {
  const n = fromHex(vectors[0].n)
  const [first, second] = [await blind(n, utf8('同一句话')), await blind(n, utf8('同一句话'))]
  assert.notDeepEqual(first.blinded, second.blinded)
})

test('a key is named by its use, month, unit and modulus', () => {
  const n = fromHex(vectors[0].n)
  const names = ['survey', 'ticket'].flatMap((use) => ['2026-11', '2026-12'].map((period) => toHex(keyId(context(use, period, 1), n))))
  assert.equal(new Set(names).size, 4)
})

test('no file that ships has what packers and old phones break', () => {
  const app = path.join(__dirname, '../../../miniprogram/app')
  const files = readdirSync(app, { recursive: true }).filter((name) => name.endsWith('.js'))
  assert.ok(files.length > 50)
  for (const name of files) {
    const code = readFileSync(path.join(app, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    assert.doesNotMatch(code, /\b\d+n\b|\*\*|TextEncoder|TextDecoder|crypto\.subtle|Math\.random|structuredClone|\batob\b|\bbtoa\b/, name)
  }
})
