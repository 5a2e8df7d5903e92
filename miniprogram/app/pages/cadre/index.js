const { page } = require('../../core/ui/page')
const clock = require('../../core/clock')
const answers = require('../../core/send/answers')
const subscriptions = require('../../core/send/subscriptions')
const { getMe } = require('../../api/me')
const { getQueue, move } = require('../../api/cadre')

const VIEWS = [{ code: 'todo', name: '要办' }, { code: 'waiting', name: '在等' }, { code: 'done', name: '办完' }]
const DAY_MS = 86400000
const CHINA_MS = 8 * 3600000
const EMPTY = { todo: '没有要办的，歇口气。', waiting: '没有等村民回话的。', done: '还没有办完的。' }

/** What is in the view: the office's own words for what is to be done. */
const headlineOf = (/** @type {string} */ view, /** @type {any} */ { counts, headline }) => {
  if (view === 'waiting') return counts.waiting ? `等村民回话的 ${counts.waiting} 件` : '没有等村民回话的'
  return view === 'done' ? '办完的，新的在前' : headline
}

/** Whole days of China since 1970. @param {number} time */
const dayOf = (time) => Math.floor((time + CHINA_MS) / DAY_MS)

/** What is due today or late comes first under the title; what comes later has a heading of its own. @param {any[]} items */
const grouped = (items) => {
  const today = dayOf(clock.now())
  const isLater = (/** @type {any} */ item) => Boolean(item) && dayOf(Date.parse(item.next_due_at)) > today
  return items.map((item, place) => ({
    ...item,
    heading: isLater(item) && !isLater(items[place - 1]) ? '后面几天' : '',
    leads: item.state === 'assigned' ? '去接手' : '去答复',
  }))
}

/** @param {string} view @param {any} counts */
const comfortOf = (view, counts) => (view === 'todo' && counts.today ? `办完这 ${counts.today} 件，今天就清了。` : '')

/** The villages somebody serves, as the head of the page says them. @param {any} me */
const villagesOf = (me) => (me.roles || []).filter((/** @type {any} */ grant) => grant.role === 'cadre')
  .map((/** @type {any} */ grant) => grant.region_name).join('、')

Page(page({
  data: { views: VIEWS, view: 'todo', villages: '', headline: '', comfort: '', counts: {}, items: [], next: null, emptyWords: '', isMore: false, signing: 0 },

  async fetch() {
    const { view } = this.data
    subscriptions.prepare()
    const [me, found] = await Promise.all([getMe(), getQueue(view)])
    return {
      ...found, items: view === 'todo' ? grouped(found.items) : found.items, villages: villagesOf(me),
      headline: headlineOf(view, found), comfort: comfortOf(view, found.counts), emptyWords: EMPTY[view],
    }
  },

  /** Somebody who pulls wants to see what others did meanwhile. */
  async onPullDownRefresh() {
    answers.forgetAll()
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
    await subscriptions.ask()
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
