/** The way on: one main button a page, the others quiet. */
Component({
  properties: {
    words: { type: String, value: '' },
    label: { type: String, value: '' },
    icon: { type: String, value: '' },
    kind: { type: String, value: 'main' },
    hook: { type: String, value: '' },
    disabled: { type: Boolean, value: false },
  },
  methods: {
    press() {
      if (!this.data.disabled) this.triggerEvent('press')
    },
  },
})
