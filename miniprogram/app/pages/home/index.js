const { page } = require('../../core/ui/page')
const { scan } = require('../../core/scan')
const consent = require('../../core/consent')
const { card: shareCard } = require('../../core/ui/share')
const outbox = require('../../core/send/outbox')
const anonymousState = require('../../core/anonymous/anonymous_state')
const scorecard = require('../../core/ui/scorecard')
const anonymous = require('../../core/anonymous/anonymous')
const monthlyPrefetch = require('../../core/anonymous/monthly_prefetch')
const survey = require('../../core/anonymous/survey')
const { getHome } = require('../../api/home')

const show = async () => {
  const { me, balance, tickets, unread, headline, scorecard: month } = await getHome()
  const village = me.binding ? me.binding.village : null
  const card = month ? scorecard.describe(month) : null
  return {
    binding: me.binding, village, villageName: village ? village.name : '', balance, card,
    needing: tickets.needing_answer, unread, headline,
  }
}

Page(page({
  onShareAppMessage: () => shareCard('村声：说说村里的事，看看谁在办', '/pages/home/index'),

  remembers: 'home',
  data: {
    survey: { view: 'none' }, note: '', village: null, villageName: '', balance: 0, card: null,
    waiting: 0, stuck: 0, scanProblem: '', needing: 0, unread: 0, headline: '',
  },

  async fetch() {
    const found = await show()
    this.prepareSurvey(found.binding)
    return found
  },

  onShow() {
    this.countWaiting()
    this.showStanding()
    if (!this.stopListening) this.stopListening = outbox.listen((outcome) => this.heard(outcome))
    if (!this.stopAnonymous) this.stopAnonymous = anonymous.listen(() => this.showStanding())
    this.load()
  },

  onUnload() {
    if (this.stopListening) this.stopListening()
    if (this.stopAnonymous) this.stopAnonymous()
  },

  /** Questions, and ballots of the next two months: long before anybody answers. */
  async prepareSurvey(binding) {
    this.preparing = monthlyPrefetch.prepare(binding)
    await this.preparing
    this.preparing = null
    this.showStanding()
  },

  /** Told from what lies on the phone. */
  showStanding() { this.setData({ survey: survey.standing(), note: anonymousState.read().note }) },

  countWaiting() {
    this.setData({ waiting: outbox.items().length, stuck: outbox.stuck().length, scanProblem: '' })
  },

  /** Something that waited has been answered while this page was open. */
  heard({ state, error }) {
    this.countWaiting()
    if (state === 'refused') this.setData({ scanProblem: `有一条没收下：${error.message}` })
    if (state === 'sent') this.load()
  },

  async scan() {
    this.setData({ scanProblem: '' })
    try {
      const code = await scan()
      consent.reconsider()
      if (code) wx.navigateTo({ url: `/pages/scan/index?code=${code}` })
    } catch (error) {
      this.setData({ scanProblem: error.message })
    }
  },

  writeTicket() { wx.navigateTo({ url: '/pages/tickets/new/index' }) },
  /** At the month's first launch the tickets may still be on their way. */
  async writeAnonymously() {
    if (this.preparing) wx.showToast({ title: '正在领票…', icon: 'none' })
    await this.preparing
    wx.navigateTo({ url: '/pages/anonymous/new/index' })
  },
  openCheck() { wx.navigateTo({ url: '/pages/survey/check/index' }) },
  openSurvey() { wx.navigateTo({ url: '/pages/survey/index' }) },
  openTickets() { wx.navigateTo({ url: '/pages/tickets/index' }) },
  openNotices() { wx.navigateTo({ url: '/pages/notices/index' }) },
  openQueue() { wx.navigateTo({ url: '/pages/cadre/index' }) },
  openVillage() { wx.switchTab({ url: '/pages/village/index' }) },
  openPoints() { wx.switchTab({ url: '/pages/points/index' }) },
  openRatings() { wx.navigateTo({ url: '/pages/ratings/index' }) },
  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
