const { page } = require('../../../core/ui/page')
const { dayWords } = require('../../../core/ui/words')
const { getStanding } = require('../../../api/points')

/** @param {any} rule */
const describe = (rule) => ({
  ...rule,
  limit: `每天最多 ${rule.daily_cap} 次，每月最多 ${rule.monthly_cap} 次`,
})

Page(page({
  remembers: 'earning',
  data: { rules: null, lines: [] },

  async fetch() {
    const { rules } = await getStanding()
    if (!rules) return { rules: null, lines: [] }
    const voted = rules.voted_on ? `《${rules.title}》，${dayWords(rules.voted_on)}村民表决通过` : ''
    return { rules: { ...rules, voted }, lines: rules.items.map(describe) }
  },

  openBind() { wx.navigateTo({ url: '/pages/bind/index' }) },
}))
