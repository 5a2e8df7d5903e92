const { page } = require('../../../core/ui/page')
const { dayWords } = require('../../../core/ui/words')
const clock = require('../../../core/clock')
const { getDeeds, enterDeed } = require('../../../api/deeds')

const DAY = 86400000
const COUNTY_AHEAD = 8 * 3600000
const MOST_HOMES = 3
const STATES = { waiting: '等另一个人确认', confirmed: '✓ 已确认，分已给', refused: '✕ 没通过', withdrawn: '已撤回' }

/** The last three days of the county. */
const lastDays = () => ['今天', '昨天', '前天'].map((name, back) => {
  const day = new Date(clock.now() + COUNTY_AHEAD - back * DAY).toISOString().slice(0, 10)
  return { day, name: `${name} ${dayWords(day)}` }
})

/** @param {any} one */
const person = (one) => ({
  id: one.number,
  name: `${one.name || '村民'} ${String(one.number).slice(-4)}`,
  home: one.household ? [one.group_name, one.household].filter(Boolean).join(' ') : '',
  text: [one.name || '村民', one.group_name, one.household, `积分号 ${one.number}`].filter(Boolean).join(' '),
})

/** Who has all of the words that are typed. */
const found = (/** @type {any[]} */ people, /** @type {string} */ words) => {
  const parts = words.trim().split(/\s+/)
  return people.filter((one) => parts.every((part) => one.text.includes(part)))
}

/** Households of several among those, each to be ticked at once; only while few are left. */
const homes = (/** @type {any[]} */ people) => {
  const names = [...new Set(people.map((one) => one.home).filter(Boolean))]
  if (names.length > MOST_HOMES) return []
  return names.map((home) => ({ home, ids: people.filter((one) => one.home === home).map((one) => one.id) })).filter((one) => one.ids.length > 1)
}

/** @param {any} deed */
const describe = (deed) => ({
  ...deed,
  day: dayWords(deed.happened_on),
  stateWords: STATES[deed.state] + (deed.decision_note ? `：${deed.decision_note}` : ''),
})

const shown = (/** @type {any} */ found) => ({
  village: found.village, rules: found.rules, people: found.people.map(person), items: found.items.map(describe),
})

Page(page({
  data: { village: '', rules: [], people: [], items: [], days: [], day: '', rule: 0, note: '', chosen: [], names: '', search: '', found: [], homes: [],
    fault: '', isSending: false },

  async fetch() {
    const days = lastDays()
    const deeds = shown(await getDeeds())
    return { ...deeds, found: deeds.people, days, day: this.data.day || days[0].day }
  },

  pickRule(event) { this.setData({ rule: event.currentTarget.dataset.id, fault: '' }) },
  pickDay(event) { this.setData({ day: event.currentTarget.dataset.day }) },
  writeNote(event) { this.setData({ note: event.detail.value, fault: '' }) },
  choose(event) { this.tick(event.detail.chosen) },
  tickHome(event) { this.tick([...new Set([...this.data.chosen, ...this.data.homes[event.currentTarget.dataset.index].ids])]) },

  tick(/** @type {number[]} */ chosen) {
    const names = this.data.people.filter((one) => chosen.includes(one.id)).map((one) => one.name).join('、')
    this.setData({ chosen, names, fault: '' })
  },

  /** By name, group, household or the number on the card. */
  find(event) {
    const search = event.detail.value
    const people = found(this.data.people, search)
    this.setData({ search, found: people, homes: search.trim() ? homes(people) : [] })
  },

  async send() {
    const { rule, day, note, chosen, isSending } = this.data
    if (isSending) return
    const fault = !rule ? '请选是什么事' : note.trim().length < 2 ? '请写清楚是什么事' : !chosen.length ? '请选参加的人' : ''
    if (fault) {
      this.setData({ fault })
      return
    }
    this.setData({ isSending: true, fault: '' })
    try {
      const deeds = shown(await enterDeed({ rule_id: rule, happened_on: day, note: note.trim(), people: chosen }))
      this.setData({ ...deeds, found: deeds.people, rule: 0, note: '', chosen: [], names: '', search: '', homes: [] })
      wx.showToast({ title: '登记好了', icon: 'success' })
    } catch (error) {
      const [words] = Object.values(error.errors || {})
      this.setData({ fault: words ? words[0] : error.message })
    }
    this.setData({ isSending: false })
  },
}))
