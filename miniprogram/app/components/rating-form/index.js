const { isBadLevel } = require('../../core/ui/levels')

const LONGEST = 500
const MOST_REASONS = 6

/** Face, reasons, words: one rating as it is being made. */
Component({
  properties: {
    question: { type: String, value: '' },
    levels: { type: Array, value: [] },
    initialLevel: { type: Number, value: 0 },
    initialReasons: { type: Array, value: [] },
    initialWords: { type: String, value: '' },
    action: { type: String, value: '提交' },
    problem: { type: String, value: '' },
    isSending: { type: Boolean, value: false },
  },
  data: {
    longest: LONGEST,
    level: 0,
    isBad: false,
    text: '',
    /** @type {any[]} */ reasons: [],
    /** @type {any[]} */ chosenReasons: [],
  },
  lifetimes: {
    attached() {
      const { initialLevel, initialReasons, initialWords } = this.data
      this.setData({ text: initialWords })
      if (!initialLevel) return
      this.show(initialLevel)
      this.setData({ chosenReasons: initialReasons })
    },
  },
  methods: {
    /** Each level has reasons of its own. @param {number} level */
    show(level) {
      /** @type {import('../../core/ui/levels').Level[]} */
      const levels = this.data.levels
      const found = levels.find((one) => one.level === level)
      this.setData({ level, isBad: isBadLevel(level), reasons: (found && found.reasons) || [], chosenReasons: [] })
    },
    /** @param {any} event */
    chooseLevel(event) { this.show(event.detail.level) },
    /** @param {any} event */
    chooseReasons(event) { this.setData({ chosenReasons: event.detail.chosen.slice(0, MOST_REASONS) }) },
    /** @param {any} event */
    write(event) { this.setData({ text: event.detail.value }) },
    send() {
      const { level, chosenReasons, text } = this.data
      const words = text.trim()
      this.triggerEvent('send', { level, reason_ids: chosenReasons, words: words || null })
    },
  },
})
