const { plainPage } = require('../../../core/ui/plain_page')
const anonymous = require('../../../core/anonymous/anonymous')
const clock = require('../../../core/clock')
const drafts = require('../../../core/send/drafts')
const anonymousState = require('../../../core/anonymous/anonymous_state')
const { keyDigest } = require('../../../core/settings')
const { monthWords } = require('../../../core/ui/words')

const MISMATCH = 'keys_mismatch'
const STORED = [
  '一个名单：这个月谁领过匿名票。领没领看得见，填没填、填什么看不见。',
  '用过的票号：每张票只能用一次。票号是这部手机自己想的，和名单对不上。',
  '封好的答案：截止以前谁也打不开；截止以后只数个数、只留下话，不留是谁。',
]
const NOT_STORED = '名字、电话、微信、手机型号、网络地址、几点几分交的，都不存。'
const HOW = [
  { title: '先盖章', words: '打开小程序的时候，手机把往后两个月的几张票写上暗号、装进信封，隔着信封盖章。盖章的人看不见里面；哪天盖的，和哪天填的也对不上。' },
  { title: '再投票', words: '填的时候换一个地方交，那里不认人，只认章。盖章的人也认不出是哪一张。' },
  { title: '同一把钥匙', words: '全村用的是同一把章。谁要是偷偷给您换一把好认出您，上面这 16 个字就对不上，手机就不让填。' },
]

/** @param {anonymousState.Purse} held @returns {anonymousState.Ballots[]} */
const readyOf = ({ ballots }) => Object.keys(ballots).sort().map((one) => ballots[one]).filter((one) => one.state === 'ready')

/** @param {anonymousState.Purse} held @returns {string[]} what a finger could find on this phone */
const traces = (held) => {
  const { outbox, answered, digests, receipts } = held
  const lines = readyOf(held).map(({ period, survey, tickets }) => (
    `${monthWords(period)}没用的匿名票：问卷 ${survey ? 1 : 0} 张，诉求 ${(tickets || []).length} 张`))
  const waiting = outbox.filter((one) => !one.isKept).length
  if (waiting) lines.push(`封好了还没传出去的：${waiting} 份`)
  if (outbox.length - waiting) lines.push(`传出去了、那边还没存稳的：${outbox.length - waiting} 份，存稳就自动删`)
  if (Object.keys(answered).some((one) => answered[one])) lines.push('一个记号：这个月的问卷填过了（没有答案）')
  const months = Object.keys(digests).length
  if (months) lines.push(`答卷的指纹：${months} 个月的（看不出答了什么），下个月过完自动删`)
  if (receipts.length) lines.push(`您记在手机里的回执：${receipts.length} 个`)
  return lines.length ? lines : ['什么也没有。']
}

/** The keys of a month as the notice prints them. @param {string} period */
const monthOf = (period) => ({
  period, month: monthWords(period), groups: keyDigest(period).slice(0, 16).match(/.{4}/g) || [],
})

/** The months whose keys matter here: those with ballots, or this one. @param {anonymousState.Purse} held */
const periodsOf = (held) => {
  const ready = readyOf(held).map(({ period }) => period)
  return ready.length ? ready : [clock.period()]
}

/** @type {Record<string, {title: string, words: string, isBad?: boolean}>} what is said of an answer that is not simply there */
const FINDINGS = {
  missing: { title: '没找到我的答卷', words: '公布的名单里没有您这份的指纹。', isBad: true },
  short: { title: '名单和份数对不上', words: '您这份在里面，可名单的行数比公布的份数少。', isBad: true },
  unlisted: {
    title: '没有名单可查',
    words: '您这里不够 10 份，又没有别处可以合在一起，公布名单就会露出有几个人答，所以没有公布。',
  },
  waiting: { title: '还没公布', words: '结果公布以后，手机自己到名单里找。' },
}

/** Each month's answer of this phone, and whether it was counted. @param {anonymousState.Purse} held */
const countedOf = ({ digests, listed, answered }) => Object.keys(digests).sort()
  .filter((period) => ['kept', 'durable'].includes(answered[period]))
  .map((period) => {
    const { state, lines } = listed[period] || { state: 'waiting', lines: 0 }
    const told = FINDINGS[state] || { title: '', words: `公布的名单有 ${lines} 行，里面有您这份的指纹。` }
    const [fingerprint] = digests[period].list.slice(-1)
    const groups = fingerprint.slice(0, 16).match(/.{4}/g) || []
    return { period, state, month: monthWords(period), ...told, fingerprint: groups.join(' ') }
  })

/** The first month on whose ballots are not out. */
const paperFrom = () => {
  let place = -1
  while (anonymousState.isSettled(clock.monthsBefore(clock.period(), place))) place -= 1
  return monthWords(clock.monthsBefore(clock.period(), place))
}

const describe = () => {
  const held = anonymousState.read()
  const ready = readyOf(held)
  const mine = held.ballots[clock.period()] || ready[0]
  const counted = countedOf(held)
  return {
    months: periodsOf(held).map(monthOf).filter((one) => one.groups.length),
    mismatch: held.problem && held.problem.code === MISMATCH ? held.problem.message : '',
    isChecked: ready.length > 0,
    unitName: (mine && mine.unitName) || '',
    unitSize: (mine && mine.unitSize) || 0,
    traces: traces(held),
    note: held.note,
    counted,
    isMissing: counted.some((one) => one.isBad),
    paperFrom: paperFrom(),
    canForget: Object.keys(held.ballots).some((one) => held.ballots[one].state !== 'forgotten'),
    hasWaiting: held.outbox.length > 0,
    wantsPaper: held.wantsPaper,
  }
}

Page(plainPage({
  data: {
    how: HOW, stored: STORED, notStored: NOT_STORED, months: [], unitName: '', unitSize: 0, paperFrom: '', mismatch: '', isChecked: false,
    counted: [], isMissing: false, traces: [], note: '',
    canForget: false, hasWaiting: false, wantsPaper: false, isChecking: false, checked: '',
  },

  fetch: async () => describe(),

  /** What was told once need not be told again. */
  onUnload() {
    if (this.data.note) anonymousState.change((kept) => { kept.note = '' })
  },

  /** Fetches the key files once more, as anybody can, and compares. */
  async check() {
    this.setData({ isChecking: true, checked: '' })
    try {
      const { fetchKeys } = require('../../../core/anonymous/key_file')
      for (const { county, period } of readyOf(anonymousState.read())) await fetchKeys(county || 0, period)
      this.setData({ mismatch: '', checked: '对上了：网上的钥匙和手机里记的是同一份。' })
    } catch (error) {
      this.setData(error.code === MISMATCH ? { mismatch: error.message } : { checked: error.message })
    }
    this.setData({ isChecking: false })
  },

  /** Holds from the first month on whose ballots are not out. */
  switchPaper() {
    anonymousState.change((kept) => { kept.wantsPaper = !kept.wantsPaper })
    this.setData(describe())
  },

  async forget() {
    const unsent = this.data.hasWaiting ? '还没传稳的也会没有。' : ''
    const { confirm } = await wx.showModal({
      title: '从手机上删掉？',
      content: `${unsent}删了以后，领好票的这几个月都不能再填、再匿名提诉求。`,
      confirmText: '删掉',
      cancelText: '不删',
    })
    if (!confirm) return
    anonymous.forget()
    drafts.dropAll('survey:')
    drafts.drop('anonymous')
    this.setData(describe())
    wx.showToast({ title: '删掉了', icon: 'success' })
  },
}))
