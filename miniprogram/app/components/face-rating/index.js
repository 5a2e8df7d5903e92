/** Five faces with their words; once one is chosen the others step back. */
Component({
  properties: {
    question: { type: String, value: '' },
    levels: { type: Array, value: [] },
    chosen: { type: Number, value: 0 },
  },
  methods: {
    /** @param {any} event */
    choose(event) {
      wx.vibrateShort({ type: 'light' }).catch(() => undefined)
      this.triggerEvent('choose', { level: event.currentTarget.dataset.level })
    },
    again() {
      this.triggerEvent('choose', { level: 0 })
    },
  },
})
