const { plainPage } = require('../../../core/plain_page')
const anonymous = require('../../../core/anonymous')
const clock = require('../../../core/clock')
const drafts = require('../../../core/drafts')
const purse = require('../../../core/purse')
const { keyDigest } = require('../../../core/settings')
const { monthWords } = require('../../../core/words')

const MISMATCH = 'keys_mismatch'
const STORED = [
  '一个名单:这个月谁领过匿名票。领没领看得见,填没填、填什么看不见。',
  '用过的票号:每张票只能用一次。票号是这部手机自己想的,和名单对不上。',
  '封好的答案:截止以前谁也打不开;截止以后只数个数、只留下话,不留是谁。',
]
const NOT_STORED = '名字、电话、微信、手机型号、网络地址、几点几分交的,都不存。'
const HOW = [
  { title: '先盖章', words: '每月头一回打开小程序,手机把几张写了暗号的票装进信封,隔着信封盖章。盖章的人看不见里面。' },
  { title: '再投票', words: '填的时候换一个地方交,那里不认人,只认章。盖章的人也认不出是哪一张。' },
  { title: '同一把钥匙', words: '全村用的是同一把章。谁要是偷偷给您换一把好认出您,上面这 16 个字就对不上,手机就不让填。' },
]

/** @param {purse.Purse} held @returns {string[]} what a finger could find on this phone */
const traces = ({ ballots, outbox, answered, receipts }) => {
  const lines = []
  const isReady = ballots && ballots.state === 'ready'
  if (isReady) lines.push(`没用的匿名票:问卷 ${ballots.survey ? 1 : 0} 张,诉求 ${(ballots.tickets || []).length} 张`)
  const waiting = outbox.filter((one) => !one.isKept).length
  if (waiting) lines.push(`封好了还没传出去的:${waiting} 份`)
  if (outbox.length - waiting) lines.push(`传出去了、那边还没存稳的:${outbox.length - waiting} 份,存稳就自动删`)
  if (Object.keys(answered).some((one) => answered[one])) lines.push('一个记号:这个月的问卷填过了(没有答案)')
  if (receipts.length) lines.push(`您记在手机里的回执:${receipts.length} 个`)
  return lines.length ? lines : ['什么也没有。']
}

const describe = () => {
  const held = purse.read()
  const period = clock.period()
  const digest = keyDigest(period)
  return {
    month: monthWords(period),
    groups: digest.slice(0, 16).match(/.{4}/g) || [],
    mismatch: held.problem && held.problem.code === MISMATCH ? held.problem.message : '',
    isChecked: Boolean(held.ballots && held.ballots.period === period && held.ballots.state === 'ready'),
    traces: traces(held),
    note: held.note,
    canForget: Boolean(held.ballots && held.ballots.state !== 'forgotten'),
    hasWaiting: held.outbox.length > 0,
    wantsPaper: held.wantsPaper,
  }
}

Page(plainPage({
  data: {
    how: HOW, stored: STORED, notStored: NOT_STORED, month: '', groups: [], mismatch: '', isChecked: false, traces: [], note: '',
    canForget: false, hasWaiting: false, wantsPaper: false, isChecking: false, checked: '',
  },

  fetch: async () => describe(),

  /** What was told once need not be told again. */
  onUnload() {
    if (this.data.note) purse.change((kept) => { kept.note = '' })
  },

  /** Fetches the key file once more, as anybody can, and compares. */
  async check() {
    this.setData({ isChecking: true, checked: '' })
    const { ballots } = purse.read()
    try {
      const { fetchKeys } = require('../../../core/key_file')
      await fetchKeys((ballots && ballots.county) || 0, clock.period())
      this.setData({ mismatch: '', checked: '对上了:网上的钥匙和手机里记的是同一份。' })
    } catch (error) {
      this.setData(error.code === MISMATCH ? { mismatch: error.message } : { checked: error.message })
    }
    this.setData({ isChecking: false })
  },

  /** Holds from the next month's first launch on: this month's ballots are out. */
  switchPaper() {
    purse.change((kept) => { kept.wantsPaper = !kept.wantsPaper })
    this.setData(describe())
  },

  async forget() {
    const unsent = this.data.hasWaiting ? '还没传稳的也会没有。' : ''
    const { confirm } = await wx.showModal({
      title: '从手机上删掉?',
      content: `${unsent}删了以后,这个月不能再填、再匿名提诉求。`,
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
