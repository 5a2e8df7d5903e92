'use strict'
/** What a villager sees of the survey: at home, on its pages, and in the village afterwards. */
const assert = require('node:assert/strict')
const { before, test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { County, phoneWithBallots, ANONYMOUS, MINE, error } = require('../county')
const { Mortal, purseOf } = require('../mortal')
const { monthsBefore } = require('../../../miniprogram/app/core/clock')

let prepared

before(async () => { prepared = await phoneWithBallots() })

const storage = (change = () => {}) => {
  const { storage: copy } = new Mortal(new Map(prepared))
  const purse = purseOf(copy)
  change(purse)
  copy.setItem('purse', JSON.stringify(purse))
  return copy
}

const open = (route, county = new County(), device = {}) =>
  openApp({ path: `pages/${route}/index`, device: county.device({ storage: storage(), ...device }) })

test('home shows the open survey and leads to it', async () => {
  const phone = await open('home')
  await phone.see('3 个小问题')
  assert.ok(phone.text().includes('谁答的，谁也查不到'))
  phone.tap('#home-survey')
  await phone.see('第 1 题，共 3 题')
})

test('the unit and its size are told from the pinned key file, not from what the survey says', async () => {
  const county = new County()
  const copy = storage()
  const units = { 70: { name: '只您一人', questions: county.round.units[70].questions } }
  copy.setItem('survey_round', JSON.stringify({ county: 1, ...county.openRound({ units }) }))
  const phone = await open('survey', county, { storage: copy })
  await phone.see('您的和这些人的混在一起数：庄里镇 西村、东村，64 人')
  assert.ok(!phone.text().includes('只您一人'))
})

/** @param {(purse: any, county: County) => void} change */
const refusedWith = async (change) => {
  const county = new County()
  const copy = storage((purse) => change(purse, county))
  const phone = await open('survey', county, { storage: copy })
  await phone.see('这会儿填不了')
  const letter = await open('anonymous/new', county, { storage: copy })
  await letter.see('这会儿不能匿名提')
  assert.equal(phone.data.message, letter.data.refusal.message)
  assert.equal(county.requests('POST /ballots').length, 0)
  return phone.data.message
}

test('in the first month there is no ballot, and the villager reads from when on', async () => {
  const words = await refusedWith((purse, county) => { delete purse.ballots[county.period] })
  assert.ok(words.includes(`从 ${Number(new County().coming[0].slice(5))}月起就能填`), words)
  for (const way of ['意见箱', '12345']) assert.ok(words.includes(way), words)
})

test('lost storage costs the months that were fetched, and the screen names what is left', async () => {
  const words = await refusedWith((purse, county) => {
    delete purse.ballots[county.period]
    purse.ballots[county.coming[0]] = { period: county.coming[0], state: 'already_issued' }
  })
  const [now, next] = [new County().period, new County().coming[0]].map((one) => `${Number(one.slice(5))}月`)
  assert.ok(words.includes(`${now}、${next}手机上填不了，再往后的月份照常领`), words)
  for (const way of ['纸票', '意见箱', '12345']) assert.ok(words.includes(way), words)
})

test('whoever deleted the ballots reads that they are gone and what is left', async () => {
  const words = await refusedWith((purse) => Object.keys(purse.ballots).forEach((one) => { purse.ballots[one] = { period: one, state: 'forgotten' } }))
  assert.match(words, /已经从这部手机上删掉了.*意见箱.*12345/)
})

test('whoever chose paper for the coming months reads so', async () => {
  const words = await refusedWith((purse, county) => { purse.ballots = { [county.coming[1]]: { period: county.coming[1], state: 'voting_on_paper' } } })
  assert.match(words, /您选了纸质票/)
})

test('ballots of one month, as phones kept them before, are this month\'s still', async () => {
  const county = new County()
  const copy = storage((purse) => { purse.ballots = purse.ballots[county.period] })
  const phone = await open('survey', county, { storage: copy })
  await phone.see('最近办事方便吗')
})

test('one question a screen; going back finds what was chosen', async () => {
  const phone = await open('survey')
  await phone.see('最近办事方便吗')
  assert.ok(!phone.text().includes('最该先办哪件'))
  assert.ok(phone.text().includes('跳过这题'))
  phone.tap('#level-4')
  await phone.see('下一题')
  phone.tap('#survey-next')
  await phone.see('最该先办哪件')
  phone.tap('#option-2')
  assert.deepEqual(phone.data.marks, [false, false, true])
  phone.tap('#option-2')
  assert.equal(phone.data.answer, null)
  phone.tap('#option-0')
  phone.tap('#survey-back')
  await phone.see('最近办事方便吗')
  assert.deepEqual(phone.data.answers, [3, 0, null])
})

test('several may be chosen where several are asked for, sent in order', async () => {
  const county = new County()
  const questions = [{ kind: 'multiple', words: '缺什么？', options: ['路', '水', '灯'] }]
  const copy = storage()
  copy.setItem('survey_round', JSON.stringify({ county: 1, ...county.openRound({ units: { 70: { name: '西村', questions } } }) }))
  const phone = await open('survey', county, { storage: copy })
  await phone.see('可以选几个')
  for (const one of [2, 1, 0, 1]) phone.tap(`#option-${one}`)
  phone.tap('#survey-send')
  await phone.see('封好，交上去了')
  const body = Buffer.from(county.requests('POST /anon/response')[0].data.body, 'base64url')
  assert.deepEqual(JSON.parse(body.subarray(2, 2 + body.readUInt16BE())), { answers: [[0, 2]] })
})

test('what was chosen survives leaving the page, and is gone once it was sent', async () => {
  const county = new County()
  const copy = storage()
  const phone = await open('survey', county, { storage: copy })
  await phone.see('最近办事方便吗')
  phone.tap('#level-1')
  phone.tap('#survey-next')
  const again = await open('survey', county, { storage: copy })
  await again.see('第 2 题')
  assert.deepEqual(again.data.answers, [0, null, null])
  again.tap('#survey-next')
  again.tap('#survey-send')
  await again.see('封好，交上去了')
  assert.ok(!copy.keys().some((key) => key.startsWith('draft:')))
})

test('a draft of other questions is not put under new ones', async () => {
  const county = new County()
  const copy = storage()
  copy.setItem(`draft:survey:${county.period}`, JSON.stringify({ asked: '[]', answers: [4], place: 0 }))
  const phone = await open('survey', county, { storage: copy })
  await phone.see('最近办事方便吗')
  assert.deepEqual(phone.data.answers, [null, null, null])
})

test('after answering, the unit\'s points are explained in one sentence, and home says so', async () => {
  const county = new County()
  const copy = storage((purse) => { purse.answered[county.period] = 'kept'; purse.ballots[county.period].survey = null })
  const phone = await open('survey', county, { storage: copy })
  await phone.see('够 10 份，领了票的乡亲人人加分；谁答没答，谁也不知道')
  const home = await open('home', county, { storage: copy })
  await home.see('这个月的问卷交上去了')
})

for (const [state, words] of [['scheduled', '还没到时候'], ['closed', '截止了，正在数'], ['published', '结果出来了']]) {
  test(`a survey that is ${state} is told in words`, async () => {
    const county = new County()
    const copy = storage()
    const opens = new Date(Date.now() + 86400000).toISOString()
    copy.setItem('survey_round', JSON.stringify({ county: 1, ...county.openRound({ state, opens_at: opens, closes_at: opens }) }))
    const phone = await open('survey', county, { storage: copy })
    await phone.see(words)
  })
}

test('what this phone has not heard yet is not said to be nothing', async () => {
  const phone = await openApp({ path: 'pages/survey/index', device: new County().device() })
  await phone.see('还没取到问卷')
})

test('a month without a survey is said to have none', async () => {
  const county = new County()
  county.round = null
  const home = await openApp({ path: 'pages/home/index', device: county.device() })
  await home.until(() => home.storage.getItem('survey_round'))
  const phone = await openApp({ path: 'pages/survey/index', device: { ...county.device(), storage: home.storage } })
  await phone.see('这会儿没有问卷')
})

test('the page on how to check shows the digest as the notice prints it, and what lies on the phone', async () => {
  const county = new County()
  const phone = await open('survey/check', county)
  await phone.see('领票的时候，手机已经自己核对过')
  const months = [county.period, ...county.coming]
  assert.deepEqual(phone.data.months.map((one) => one.period), months)
  for (const month of months) {
    const groups = county.digestOf(month).slice(0, 16).match(/.{4}/g)
    assert.ok(phone.text().includes(groups.join(' ')), month)
    assert.ok(phone.text().includes(`${Number(month.slice(5))}月没用的匿名票：问卷 1 张，诉求 2 张`))
  }
  assert.ok(phone.text().includes('庄里镇 西村、东村，算在一起 64 人'))
  assert.ok(phone.text().includes('谁领过匿名票'))
  assert.deepEqual(county.others, [])
})

test('checking once more fetches the file as anybody would, and tells both outcomes', async () => {
  const county = new County()
  const phone = await open('survey/check', county)
  await phone.see('再核对一次')
  phone.tap('#check-again')
  await phone.see('对上了')
  county.alter = () => Buffer.from('{}')
  phone.tap('#check-again')
  await phone.see('钥匙对不上，先不要填')
  assert.ok(county.asked.every((one) => Object.keys(one.header).length === 0))
})

test('deleting the traces asks first, says what is lost, and leaves nothing', async () => {
  const county = new County()
  const copy = storage((purse) => {
    Object.assign(purse, { receipts: ['1234567890123456'] })
    purse.answered[county.period] = 'durable'
  })
  copy.setItem(`draft:survey:${county.period}`, '{}')
  const phone = await open('survey/check', county, { storage: copy })
  await phone.see('从手机上删掉')
  phone.screen.answers.modal = { confirm: false, cancel: true }
  phone.tap('#check-forget')
  await phone.until(() => phone.screen.modals.length === 1)
  assert.match(phone.screen.modals[0], /领好票的这几个月都不能再填/)
  assert.equal(purseOf(copy).receipts.length, 1)
  phone.screen.answers.modal = { confirm: true, cancel: false }
  phone.tap('#check-forget')
  await phone.see('什么也没有')
  const { ballots, answered, receipts, outbox } = purseOf(copy)
  assert.deepEqual([answered, receipts, outbox], [{}, [], []])
  assert.equal(Object.keys(ballots).length, 3)
  Object.values(ballots).forEach(({ period, ...rest }) => assert.deepEqual(rest, { state: 'forgotten' }, period))
  assert.ok(!copy.keys().some((key) => key.startsWith('draft:')))
  const home = await open('home', county, { storage: copy })
  await home.until(() => county.requests(`GET /surveys/1/${county.period}.json`).length)
  assert.equal(county.requests('POST /ballots').length, 0)
})

test('who distrusts the phone can ask for paper, and take it back', async () => {
  const copy = storage()
  const phone = await open('survey/check', new County(), { storage: copy })
  const after = Number(monthsBefore(new County().period, -3).slice(5))
  await phone.see(`从${after}月起用纸质票`)
  phone.tap('#check-paper')
  assert.equal(purseOf(copy).wantsPaper, true)
  phone.tap('#check-paper')
  assert.equal(purseOf(copy).wantsPaper, false)
})

const row = (changes) => ({ shown: 'exact', n: 50, counts: [31, 19, 0], majority: 0, at_least: null, says: ['62%（31 人）', '38%（19 人）', '0%（0 人）'],
  ...changes })
const published = (county, question) => ({
  period: monthsBefore(county.period, 1), title: '问卷',
  units: { 70: { name: '庄里镇 西村、东村', villages: [MINE.id, 12], questions: [question], texts: ['修修村口的路'] } },
})

const OUTCOMES = {
  exact: [row(), ['62%（31 人）', '手机上，50 人答', '修修村口的路']],
  banded: [row({ shown: 'banded', n: null, says: ['九成以上', '不到一成', '不到一成'] }), ['九成以上', '不到一成']],
  hidden: [row({ shown: 'hidden', n: null, counts: null, says: [] }), ['填的人太少，不公布']],
}

for (const [name, [phoneRow, words]] of Object.entries(OUTCOMES)) {
  test(`the village reads what was published last month (${name}), in the server's words`, async () => {
    const county = new County()
    const question = { words: '最该先办哪件？', kind: 'single', options: ['修路', '供水', '路灯'], phone: phoneRow, paper: null }
    county.results[monthsBefore(county.period, 1)] = published(county, question)
    const phone = await open('village', county)
    await phone.see('大伙怎么答')
    for (const one of words) assert.ok(phone.text().includes(one), one)
    assert.equal(phone.text().includes('纸质票'), false)
  })
}

test('paper slips are told apart', async () => {
  const county = new County()
  const question = { words: '最该先办哪件？', kind: 'single', options: ['修路', '供水', '路灯'], phone: row(), paper: row({ n: 12 }) }
  const results = published(county, question)
  results.units[70].slips = { given: 14, counted: 12 }
  county.results[county.period] = results
  const phone = await open('village', county)
  await phone.see('纸质票，12 人答')
  await phone.see('纸票发出 14 张，计票 12 张')
})

test('the village page opens without results, and without the file\'s server', async () => {
  for (const answers of [{}, { [`GET /surveys/1/${new County().period}/results.json`]: () => error(500, 'internal_error', '') }]) {
    const phone = await open('village', new County(answers))
    await phone.see('86.4')
    assert.equal(phone.all('#village-results').length, 0)
  }
})

test('where a survey gives no points none are promised', async () => {
  const county = new County()
  const copy = storage((purse) => { purse.answered[county.period] = 'kept'; purse.ballots[county.period].survey = null })
  copy.setItem('survey_round', JSON.stringify({ county: 1, ...county.openRound({ points: 0 }) }))
  const phone = await open('survey', county, { storage: copy })
  await phone.see('封好，交上去了')
  assert.equal(phone.all('#survey-points').length, 0)
})

test('nothing but letters goes to the anonymous host', async () => {
  const county = new County()
  const phone = await open('home', county)
  await phone.see('3 个小问题')
  assert.equal(county.asked.filter((one) => (one.url || '').startsWith(ANONYMOUS)).length, 0)
})

test('the village that another went into reads what both of them said', async () => {
  const county = new County()
  const question = { words: '最该先办哪件？', kind: 'single', options: ['修路', '供水', '路灯'], phone: row(), paper: null }
  const results = published(county, question)
  results.units[71] = { ...results.units[70], name: '庄里镇 远村', villages: [13, MINE.id] }
  county.results[results.period] = results
  const phone = await open('village', county)
  await phone.see('大伙怎么答')
  for (const name of ['庄里镇 西村、东村', '庄里镇 远村']) assert.ok(phone.text().includes(name), name)
})
