/** What happened, in a sentence, and the way to try again. */
Component({
  properties: {
    message: { type: String, value: '' },
    code: { type: String, value: '' },
    canRetry: { type: Boolean, value: true },
  },
  methods: {
    retry() { this.triggerEvent('retry') },
  },
})
