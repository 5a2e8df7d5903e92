const { page } = require('../../core/ui/page')
const session = require('../../core/send/session')
const pageCache = require('../../core/ui/page_cache')
const drafts = require('../../core/send/drafts')
const outbox = require('../../core/send/outbox')
const textSize = require('../../core/ui/text_size')
const { getMe } = require('../../api/me')

const ROLE_WORDS = {
  cadre: '村干部', shop_keeper: '的兑换点店主', subject_staff: '被考核主体的经营者', township_staff: '乡镇工作人员',
  county_staff: '县里工作人员', leader: '县领导', county_manager: '县业务主管',
}

/** @param {{role: string, region_name: string}} grant */
const describeRole = (grant) => ({ said: `您也是${grant.region_name || ''}${ROLE_WORDS[grant.role] || '工作人员'}` })

/** @param {any} me */
const describe = (me) => ({
  village: me.binding ? me.binding.village : null,
  group: me.binding && me.binding.group ? me.binding.group.name : '',
  household: (me.binding && me.binding.household) || '',
  roles: (me.roles || []).filter((grant) => grant.role !== 'villager').map(describeRole),
  hasSubject: (me.roles || []).some((grant) => grant.role === 'subject_staff'),
  hasShop: (me.roles || []).some((grant) => ['cadre', 'shop_keeper'].includes(grant.role)),
})

Page(page({
  remembers: 'me',
  data: { village: null, group: '', household: '', roles: [], hasShop: false, hasSubject: false, isLarge: false },

  fetch: async () => describe(await getMe()),

  onShow() {
    this.setData({ isLarge: textSize.isLarge() })
    this.load()
  },

  switchLarge() {
    const isLarge = !this.data.isLarge
    textSize.setLarge(isLarge)
    this.setData({ isLarge })
    this.prepare()
  },

  async leave() {
    const waiting = outbox.items().length
    const content = waiting ? `还有 ${waiting} 条没传出去，要等您再登录才会传。` : '退出以后，再点一下就能进来。'
    const { confirm } = await wx.showModal({ title: '要退出吗？', content, confirmText: '退出', cancelText: '不退' })
    if (!confirm) return
    await session.signOut()
    pageCache.forgetAll()
    drafts.dropAll()
    wx.reLaunch({ url: '/pages/home/index' })
  },

  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
  openRatings() { wx.navigateTo({ url: '/pages/ratings/index' }) },
  openTickets() { wx.navigateTo({ url: '/pages/tickets/index' }) },
  openReceipt() { wx.navigateTo({ url: '/pages/anonymous/receipt/index' }) },
  openCheck() { wx.navigateTo({ url: '/pages/survey/check/index' }) },
  openSubject() { wx.navigateTo({ url: '/pages/subject/index' }) },
  openShop() { wx.navigateTo({ url: '/pages/shop/index' }) },
  openRedemptions() { wx.navigateTo({ url: '/pages/rewards/mine/index' }) },
  openNotices() { wx.switchTab({ url: '/pages/notices/index' }) },
  openInvitation() { wx.navigateTo({ url: '/pages/invitation/index' }) },
  openData() { wx.navigateTo({ url: '/pages/privacy/data/index' }) },
  openWays() { wx.navigateTo({ url: '/pages/ways/index' }) },
  openPrivacy() { wx.navigateTo({ url: '/pages/privacy/index' }) },
  call() { wx.makePhoneCall({ phoneNumber: '12345' }).catch(() => undefined) },
}))
