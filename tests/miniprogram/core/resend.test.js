'use strict'
/** Whatever happens to server and phone: an answer counts once, and is deleted only when it lies safe. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { fateOf, isInbox } = require('../../../miniprogram/app/core/anonymous/resend')

/** A server as the county keeps it: an inbox in memory, a box on disk, and one file for everybody. */
class Server {
  constructor() {
    Object.assign(this, { epoch: 0, flushed: {}, inbox: new Set(), box: [] })
  }

  take(answer) {
    if (!this.box.includes(answer)) this.inbox.add(answer)
    return { epoch: `e${this.epoch}`, flushed_through: this.flushed[`e${this.epoch}`] || 0 }
  }

  flush() {
    this.box.push(...this.inbox)
    this.inbox.clear()
    this.flushed[`e${this.epoch}`] = (this.flushed[`e${this.epoch}`] || 0) + 1
  }

  crash() {
    this.inbox.clear()
    this.epoch += 1
  }

  file() {
    return { inbox_epochs: [`e${this.epoch}`], flushed_through: { ...this.flushed } }
  }
}

/** Small numbers that repeat for the same seed. */
const dice = (seed) => {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 16) % sides
  }
}

const play = (seed) => {
  const roll = dice(seed)
  const server = new Server()
  const phones = Array.from({ length: 4 }, (_, name) => ({ name, mark: server.take(name), held: true, sent: 1 }))
  const open = (phone) => {
    if (!phone.held) return
    const fate = fateOf(phone.mark, server.file())
    if (fate === 'safe') {
      assert.ok(server.box.includes(phone.name), `seed ${seed}: deleted before it lay safe`)
      phone.held = false
    }
    if (fate === 'waiting') assert.ok(server.inbox.has(phone.name), `seed ${seed}: called waiting, and gone`)
    if (fate !== 'lost') return
    assert.ok(!server.inbox.has(phone.name) && !server.box.includes(phone.name), `seed ${seed}: sent again for nothing`)
    phone.mark = server.take(phone.name)
    phone.sent += 1
  }
  const acts = [() => server.flush(), () => server.crash(), () => open(phones[roll(4)]), () => open(phones[roll(4)])]
  for (let step = 0; step < 30; step += 1) acts[roll(4)]()
  // In the end there is quiet, and everybody opens the phone twice.
  phones.forEach(open)
  server.flush()
  phones.forEach(open)
  assert.deepEqual(server.box.sort(), [0, 1, 2, 3], `seed ${seed}: each once`)
  assert.ok(phones.every((phone) => !phone.held), `seed ${seed}: nothing is left on the phones`)
}

test('through any crashes, flushes and openings every answer is counted once', () => {
  for (let seed = 1; seed <= 3000; seed += 1) play(seed)
})

test('a flush of the next inbox says nothing about what was lost with the one before', () => {
  const mark = { epoch: 'old', flushed_through: 3 }
  assert.equal(fateOf(mark, { inbox_epochs: ['new'], flushed_through: { old: 3, new: 9 } }), 'lost')
  assert.equal(fateOf(mark, { inbox_epochs: ['new'], flushed_through: { old: 4 } }), 'safe')
  assert.equal(fateOf(mark, { inbox_epochs: ['old', 'other'], flushed_through: {} }), 'waiting')
})

test('what an earlier release sent is sent once more', () => {
  assert.equal(fateOf(undefined, { inbox_epochs: ['e'], flushed_through: {} }), 'lost')
})

test('a page of somebody else\'s is no inbox', () => {
  for (const page of [null, '', '<html>', {}, { inbox_epochs: [] }, { inbox_epochs: ['e'], flushed_through: 'x' }]) assert.equal(isInbox(page), false)
  assert.equal(isInbox({ inbox_epochs: [], flushed_through: {} }), true)
})
