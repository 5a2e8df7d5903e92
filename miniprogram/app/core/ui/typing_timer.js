/** How long somebody really typed: long pauses do not count. */

const LONGEST_PAUSE_MS = 30000

class Typing {
  constructor() {
    this.last = 0
    this.spent = 0
  }

  /** @param {number} [now] */
  note(now = Date.now()) {
    const gap = now - this.last
    if (this.last && gap <= LONGEST_PAUSE_MS) this.spent += gap
    this.last = now
  }

  seconds() {
    return Math.round(this.spent / 1000)
  }
}

module.exports = { Typing, LONGEST_PAUSE_MS }
