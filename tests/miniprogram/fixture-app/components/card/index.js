const remembers = Behavior({ data: { remembered: '有' } })

Component({
  behaviors: [remembers],
  options: { multipleSlots: true },
  properties: { title: String, count: { type: Number, value: 0 } },
  data: { doubled: 0, readied: false },
  observers: { count(count) { this.setData({ doubled: count * 2 }) } },
  lifetimes: { ready() { this.setData({ readied: true }) } },
  pageLifetimes: { show() { this.shown = true } },
  methods: { choose() { this.triggerEvent('chosen', { what: 'card' }) } },
})
