const { page } = require('../../core/ui/page')
const { getQueue, move } = require('../../api/cadre')

const VIEWS = [{ code: 'todo', name: '要办的' }, { code: 'waiting', name: '等村民' }, { code: 'done', name: '办完的' }]
const EMPTY = { todo: '没有要办的，歇口气。', waiting: '没有等村民回话的。', done: '还没有办完的。' }

/** What is in the view: the office's own words for what is to be done. */
const headlineOf = (/** @type {string} */ view, /** @type {any} */ { counts, headline }) => {
  if (view === 'waiting') return counts.waiting ? `等村民回话的 ${counts.waiting} 件` : '没有等村民回话的'
  return view === 'done' ? '办完的，新的在前' : headline
}

Page(page({
  data: { views: VIEWS, view: 'todo', headline: '', counts: {}, items: [], next: null, emptyWords: '', isMore: false, signing: 0 },

  async fetch() {
    const { view } = this.data
    const found = await getQueue(view)
    return { ...found, headline: headlineOf(view, found), emptyWords: EMPTY[view] }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  choose(event) {
    this.setData({ view: event.currentTarget.dataset.view, state: 'loading', items: [] })
    return this.load()
  },

  async more() {
    this.setData({ isMore: true })
    try {
      const { items, next } = await getQueue(this.data.view, this.data.next)
      this.setData({ items: this.data.items.concat(items), next })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ isMore: false })
  },

  /** 签收 without opening the ticket. */
  async sign(event) {
    const ticket = this.data.items[event.currentTarget.dataset.index]
    if (this.data.signing) return
    this.setData({ signing: ticket.id })
    try {
      await move(ticket.id, 'signature', { version: ticket.version })
      wx.showToast({ title: '签收了', icon: 'success' })
    } catch (error) {
      wx.showToast({ title: error.message, icon: 'none' })
    }
    this.setData({ signing: 0 })
    await this.load()
  },

  openDeed() { wx.navigateTo({ url: '/pages/cadre/deed/index' }) },
  openScore() { wx.navigateTo({ url: '/pages/cadre/score/index' }) },
  open(event) { wx.navigateTo({ url: `/pages/cadre/ticket/index?id=${event.detail.id}` }) },
}))
