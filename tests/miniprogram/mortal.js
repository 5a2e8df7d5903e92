'use strict'
/**
 * A phone that dies after so many steps: from then on nothing it does reaches its storage or the
 * network, as when WeChat is killed. Its storage is handed to the next life.
 */
const { MemoryStorage } = require('../../miniprogram/preview/node')

class Mortal {
  /** @param {Map<string, string>} [left] by an earlier life */
  constructor(left = new Map()) {
    this.left = left
    this.steps = Infinity
    this.storage = new MemoryStorage()
    this.storage.map = left
    const { setItem, removeItem } = MemoryStorage.prototype
    this.storage.setItem = (key, value) => { if (this.lives()) setItem.call(this.storage, key, value) }
    this.storage.removeItem = (key) => { if (this.lives()) removeItem.call(this.storage, key) }
  }

  get isDead() {
    return this.steps < 0
  }

  /** From now on this many steps are left. */
  arm(steps) {
    this.steps = steps
  }

  lives() {
    this.steps -= 1
    return this.steps >= 0
  }

  /** Asking is one step and hearing the answer another. */
  send(server) {
    const never = new Promise(() => undefined)
    return async (options) => {
      if (!this.lives()) return never
      const answer = await server(options)
      return this.lives() ? answer : never
    }
  }
}

const purseOf = (storage) => JSON.parse(storage.getItem('purse') || 'null')
const ballotsOf = (storage, period) => purseOf(storage)?.ballots?.[period]
const partsOf = (storage) => storage.keys().filter((key) => key.startsWith('part:'))

module.exports = { Mortal, purseOf, ballotsOf, partsOf }
