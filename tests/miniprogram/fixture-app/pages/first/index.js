Page({
  data: {
    greeting: '你好', loud: false, colour: 'red', size: '20px', name: '', large: false, taps: [],
    people: [{ id: 'a', name: '张三' }, { id: 'b', name: '李四' }],
  },
  steps: [],
  onLoad(query) { this.steps.push('load'); this.setData({ from: query.from || '' }) },
  onShow() { this.steps.push('show') },
  onHide() { this.steps.push('hide') },
  onReady() { this.steps.push('ready') },
  pick(event) { this.last = event; this.setData({ taps: this.data.taps.concat(event.currentTarget.dataset.id) }) },
  outer() { this.setData({ taps: this.data.taps.concat('outer') }) },
  inner() { this.setData({ taps: this.data.taps.concat('inner') }) },
  chosen(event) { this.setData({ taps: this.data.taps.concat(event.detail.what) }) },
  typed(event) { this.setData({ name: event.detail.value }) },
  switched(event) { this.setData({ large: event.detail.value }) },
  go() { wx.navigateTo({ url: '/pages/second/index?word=' + encodeURIComponent('好 的&') }) },
})
