const { absolute } = require('../../core/send/send')
const { dayWords } = require('../../core/ui/words')

const CHINA_AHEAD_MS = 8 * 3600000
const DAY_LENGTH = 10
const clock = (/** @type {string} */ iso) => new Date(Date.parse(iso) + CHINA_AHEAD_MS).toISOString().slice(11, 16)

/** What happened, step by step, the newest last. */
Component(/** @type {Record<string, any> & ThisType<any>} */ ({
  properties: { lines: { type: Array, value: [] } },
  data: { /** @type {any[]} */ shown: [] },
  observers: {
    /** @param {any[]} lines */
    lines(lines) {
      const shown = lines.map((line, index) => ({
        ...line,
        key: index,
        // Where nobody may be found out, only the day is told, and there are no files.
        when: line.at.length > DAY_LENGTH ? `${dayWords(line.at)} ${clock(line.at)}` : dayWords(line.at),
        photos: (line.files || []).filter((/** @type {any} */ file) => file.kind === 'photo').map((/** @type {any} */ file) => absolute(file.url)),
      }))
      this.setData({ shown })
    },
  },
  methods: {
    /** @param {any} event */
    look(event) {
      const { line, photo } = event.currentTarget.dataset
      const urls = this.data.shown[line].photos
      wx.previewImage({ urls, current: urls[photo] })
    },
  },
}))
