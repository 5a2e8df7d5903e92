/** Any number of short sentences to tick. */
Component({
  properties: {
    label: { type: String, value: '' },
    choices: { type: Array, value: [] },
    chosen: { type: Array, value: [] },
  },
  data: { /** @type {any[]} */ shown: [] },
  observers: {
    'choices, chosen': function mark(choices, chosen) {
      this.setData({ shown: choices.map((one) => ({ ...one, isChosen: chosen.includes(one.id) })) })
    },
  },
  methods: {
    /** @param {any} event */
    toggle(event) {
      const { id } = event.currentTarget.dataset
      /** @type {any[]} */
      const chosen = this.data.chosen
      const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : chosen.concat(id)
      this.triggerEvent('choose', { chosen: next })
    },
  },
})
