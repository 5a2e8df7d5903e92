const { page } = require('../../core/ui/page')
const { scan } = require('../../core/scan')
const consent = require('../../core/consent')
const { card: shareCard } = require('../../core/ui/share')
const outbox = require('../../core/send/outbox')
const anonymousState = require('../../core/anonymous/anonymous_state')
const scorecard = require('../../core/ui/scorecard')
const unread = require('../../core/ui/unread')
const { badgeOf } = require('../../core/ui/score_lights')
const { surveyTile } = require('../../core/ui/survey_tile')
const anonymous = require('../../core/anonymous/anonymous')
const monthlyPrefetch = require('../../core/anonymous/monthly_prefetch')
const survey = require('../../core/anonymous/survey')
const { getHome } = require('../../api/home')

/** The matter that waits for the villager. @param {any[]} tickets */
const openOf = (tickets) => {
  const ticket = tickets.find((item) => item.needs)
  if (!ticket) return null
  return { ...ticket, icon: ticket.category ? ticket.category.icon : 'other', said: ticket.words || '照片或录音' }
}

const show = async () => {
  const { me, balance, tickets, unread: waiting, headline, scorecard: month } = await getHome()
  const village = me.binding ? me.binding.village : null
  const card = month ? scorecard.describe(month) : null
  unread.set(waiting)
  return {
    binding: me.binding, village, villageName: village ? village.name : '', county: village ? village.county : '',
    balance, card, badge: card ? badgeOf(card.plain.light) : null,
    needing: tickets.needing_answer, open: openOf(tickets.items), headline,
  }
}

Page(page({
  onShareAppMessage: () => shareCard('村声：说说村里的事，看看谁在办', '/pages/home/index'),

  remembers: 'home',
  data: {
    surveyTile: surveyTile({ view: 'none' }), note: '', village: null, villageName: '', county: '', balance: 0, card: null, badge: null,
    waiting: 0, stuck: 0, scanProblem: '', needing: 0, open: null, headline: '',
  },

  async fetch() {
    const shown = await show()
    this.showTabBar()
    this.prepareSurvey(shown.binding)
    return shown
  },

  onShow() {
    this.countWaiting()
    this.showStanding()
    if (!this.stopListening) this.stopListening = outbox.listen((outcome) => this.heard(outcome))
    if (!this.stopAnonymous) this.stopAnonymous = anonymous.listen(() => this.showStanding())
    this.loaded = this.load()
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
  showStanding() { this.setData({ surveyTile: surveyTile(survey.standing()), note: anonymousState.read().note }) },

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
  /** Whoever taps while the questions are still on their way waits for them. */
  async openSurvey() {
    if (this.data.surveyTile.isMissing) {
      this.setData({ 'surveyTile.words': '正在取…' })
      await this.loaded
      await this.preparing
    }
    wx.navigateTo({ url: '/pages/survey/index' })
  },
  openTickets() { wx.navigateTo({ url: '/pages/tickets/index' }) },
  openNeeding() { wx.navigateTo({ url: `/pages/tickets/detail/index?id=${this.data.open.id}` }) },
  openQueue() { wx.navigateTo({ url: '/pages/cadre/index' }) },
  openVillage() { wx.switchTab({ url: '/pages/village/index' }) },
  openPoints() { wx.navigateTo({ url: '/pages/points/index' }) },
  openRatings() { wx.navigateTo({ url: '/pages/ratings/index' }) },
  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
