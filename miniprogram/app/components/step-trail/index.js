/** Where one stands on the way: done steps by name, the present one marked. */
Component({
  properties: {
    steps: { type: Array, value: [] },
    current: { type: Number, value: 0 },
  },
  data: { said: '' },
  observers: {
    'steps, current': function say(steps, current) {
      this.setData({ said: `第 ${current + 1} 步，${steps[current] || ''}` })
    },
  },
})
