/** Why there is no ballot for this month, and what is left to do, told from what lies on the phone. */
const clock = require('../clock')
const anonymousState = require('./anonymous_state')
const { monthWords } = require('../ui/words')

const INSTEAD = '急着说的事，可以写张字条投村里的意见箱，或打 12345。'
const NOT_YET = { code: 'no_ballot', message: '匿名票还没领到。有信号的时候打开首页，会自己领好。' }
const FORGOTTEN = `这个月的匿名票已经从这部手机上删掉了。那时领好的月份都没有票，再往后的照常领。${INSTEAD}`

/** @param {string[]} months */
const listed = (months) => months.map(monthWords).join('、')

/** Ballots that were fetched lie on one phone and nowhere else. @param {string[]} months */
const lost = (months) => ({
  code: 'already_issued',
  message: `匿名票只存在领票的那部手机里。换了手机、清过数据，就找不回来：${listed(months)}手机上填不了，再往后的月份照常领。` +
    `${INSTEAD}信不过手机，以后的月份可以到村里领纸票。`,
})

/** @param {string} month */
const ahead = (month) => ({
  code: 'ahead',
  message: `票要提前领，领票的日子才和填的答案对不上：这个月您还没有票，从 ${monthWords(month)}起就能填。${INSTEAD}`,
})

/** @param {anonymousState.Purse} held @returns {{code: string, message: string}} */
const whyNone = ({ ballots, problem }) => {
  const period = clock.period()
  const months = Object.keys(ballots).sort()
  const inState = (/** @type {string} */ state) => months.filter((one) => ballots[one].state === state)
  const mine = ballots[period] ? ballots[period].state : ''
  const paper = inState('voting_on_paper')
  if (paper.length) return { code: 'voting_on_paper', message: `您选了纸质票（${listed(paper)}），手机上就不用填了。${mine ? '' : INSTEAD}` }
  if (mine === 'forgotten') return { code: mine, message: FORGOTTEN }
  const gone = inState('already_issued')
  if (gone.length) return lost(Array.from(new Set([period].concat(gone))))
  const ready = inState('ready').filter((one) => one > period)
  if (ready.length && !problem) return ahead(ready[0])
  return problem || NOT_YET
}

module.exports = { whyNone }
