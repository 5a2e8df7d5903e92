'use strict'
/** Envelopes, receipts and their picture: to the byte. */
const assert = require('node:assert/strict')
const { createHash, webcrypto } = require('node:crypto')
const { test } = require('node:test')
const { inflateSync } = require('node:zlib')
const { unpad } = require('../county')
const { ascii } = require('../../../miniprogram/app/core/bytes')
const { clean, sealAnswers, sealTicket, wire, PHOTO_LIMIT } = require('../../../miniprogram/app/core/anonymous/envelope')
const { makeCode, codeOf, groupsOf, spoken } = require('../../../miniprogram/app/core/anonymous/receipt_code')
const { draw } = require('../../../miniprogram/app/core/anonymous/receipt_picture')
const clock = require('../../../miniprogram/app/core/clock')
const settings = require('../../../miniprogram/app/core/settings')

const CODE = '1234567890123456'
const NONCE = new Uint8Array(32).fill(9)
const storage = new Map()
global.wx = {
  getRandomValues: async ({ length }) => ({ randomValues: webcrypto.getRandomValues(new Uint8Array(length)).buffer }),
  getStorageSync: (key) => (storage.has(key) ? storage.get(key) : ''),
  setStorageSync: (key, value) => storage.set(key, value),
}

for (const words of ['', 'a', 'ab', 'abc', '村声', '😀'.repeat(99)]) {
  test(`answers with ${words.length} letters are two bytes of length, JSON, the nonce and zeros`, () => {
    const { size, content, rest } = unpad(wire(sealAnswers([null, words], NONCE)), 2)
    assert.deepEqual([size, content], [2048, { answers: [null, words] }])
    assert.deepEqual(Uint8Array.from(rest.subarray(0, 32)), NONCE)
    assert.ok(rest.subarray(32).every((byte) => byte === 0))
  })
}

test('the digest is of the nonce and the answers as they lie in the envelope', () => {
  const sealed = sealAnswers([1, '修路'], NONCE)
  const body = Buffer.from(wire(sealed), 'base64url')
  const content = body.subarray(2, 2 + body.readUInt16BE())
  assert.equal(sealed.digest, createHash('sha256').update(NONCE).update(content).digest('hex'))
})

test('answers that do not fit are not cut', () => {
  assert.throws(() => sealAnswers(['好'.repeat(700)], NONCE))
})

test('a ticket without photos takes four kilobytes, with photos one megabyte', () => {
  const photo = new Uint8Array(PHOTO_LIMIT).fill(7)
  const ticket = { kind: 'help', words: '好'.repeat(1000), receipt: CODE }
  const plain = unpad(wire(sealTicket(ticket, [])), 4)
  assert.equal(plain.size, 4096)
  assert.deepEqual(plain.content, { ...ticket, photos: [] })
  const whole = unpad(wire(sealTicket(ticket, [photo, photo, photo.slice(1)])), 4)
  assert.equal(whole.size, 1048576)
  assert.deepEqual(whole.content.photos, [PHOTO_LIMIT, PHOTO_LIMIT, PHOTO_LIMIT - 1])
  const [first, zeros] = [whole.rest.subarray(0, PHOTO_LIMIT * 3 - 1), whole.rest.subarray(PHOTO_LIMIT * 3 - 1)]
  assert.ok(first.every((byte) => byte === 7) && zeros.every((byte) => byte === 0))
})

test('words that would break on the way are made whole', () => {
  assert.equal(clean(' 好\u0000的\t😀'.slice(0, -1)), '好 的')
  assert.equal(clean('\uDE00好😀'), '好😀')
  assert.equal(clean('一行\n两行'), '一行\n两行')
})

test('a receipt is sixteen digits, each as likely as the others', async () => {
  const counts = Array(10).fill(0)
  for (let times = 0; times < 500; times += 1) {
    const code = await makeCode()
    assert.match(code, /^\d{16}$/)
    code.split('').forEach((digit) => { counts[Number(digit)] += 1 })
  }
  assert.ok(counts.every((count) => count > 650 && count < 950), counts.join())
})

test('a receipt is typed with or without spaces, shown in fours and read digit by digit', () => {
  assert.equal(codeOf('1234 5678 9012 3456'), CODE)
  for (const wrong of ['', '123', `${CODE}7`, '123456789012345a']) assert.equal(codeOf(wrong), null)
  assert.deepEqual(groupsOf(CODE), ['1234', '5678', '9012', '3456'])
  assert.equal(spoken(CODE), '1 2 3 4，5 6 7 8，9 0 1 2，3 4 5 6')
})

test('the picture of a receipt is a PNG whose rows are as declared, and tells digits apart', () => {
  const picture = Buffer.from(draw(CODE))
  assert.equal(picture.subarray(1, 4).toString(), 'PNG')
  const [width, height] = [picture.readUInt32BE(16), picture.readUInt32BE(20)]
  const length = picture.readUInt32BE(33)
  const rows = inflateSync(picture.subarray(41, 41 + length))
  assert.equal(rows.length, (width + 1) * height)
  assert.ok(rows.includes(34) && rows.includes(255))
  const pictures = '0123456789'.split('').map((digit) => Buffer.from(draw(digit.repeat(16))).toString('base64'))
  assert.equal(new Set(pictures).size, 10)
})

test('only plain ASCII is read as a key file', () => {
  assert.equal(ascii(Uint8Array.from(Buffer.from('a'.repeat(20000)))).length, 20000)
  assert.throws(() => ascii(Uint8Array.of(97, 200)))
})

test('the clock follows the server, keeps what it heard, and forgives a slow answer', () => {
  clock.note({ Date: new Date(Date.now() + 400 * 86400000).toUTCString() })
  assert.ok(clock.isWrong())
  assert.ok(Math.abs(clock.now() - Date.now() - 400 * 86400000) < 2000)
  clock.note({ date: new Date(Date.now() + 5000).toUTCString() })
  assert.equal(clock.isWrong(), false)
  clock.note({})
  clock.note(undefined)
  clock.note({ Date: 'nonsense' })
  assert.ok(Math.abs(clock.now() - Date.now()) < 1000)
  assert.match(clock.period(), /^\d{4}-\d{2}$/)
  assert.equal(clock.monthsBefore('2026-01', 1), '2025-12')
})

test('the ext.json of a county wins over the package; a phone without it has the package\'s own', () => {
  assert.match(settings.anonymousHost(), /^https:\/\/anonymous\./)
  assert.equal(settings.keyDigest('2026-11'), '')
  wx.getExtConfigSync = () => ({ anonymous_host: 'https://x.test', key_digests: { '2026-11': 'ABC' } })
  assert.equal(settings.anonymousHost(), 'https://x.test')
  assert.equal(settings.keyDigest('2026-11'), 'abc')
  wx.getExtConfigSync = () => undefined
  assert.match(settings.anonymousHost(), /^https:\/\/anonymous\./)
})
