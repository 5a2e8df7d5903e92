'use strict'
/** Ballots: fetched ahead, once, with the keys everybody has. */
const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { County, KEYS, monthOf, phoneWithBallots, error, fine } = require('../county')
const { CARD } = require('../village')
const { Mortal, purseOf, ballotsOf } = require('../mortal')
const { isSigned, context } = require('../../../miniprogram/app/core/anonymous/blind')
const { fromBase64, fromHex, join } = require('../../../miniprogram/app/core/bytes')

const DAY_MS = 86400000
const launch = (county, device = {}) => openApp({ device: county.device(device) })
const isReady = (storage, months) => months.every((month) => ballotsOf(storage, month)?.state === 'ready')
const ready = (phone, county) => phone.until(() => isReady(phone.storage, county.coming))
const told = (phone) => phone.until(() => purseOf(phone.storage)?.problem)

/** What the villager reads where he wants to answer. */
const readsInSurvey = async (county, storage, words) => {
  const phone = await openApp({ path: 'pages/survey/index', device: county.device({ storage }) })
  await phone.see(words)
  return phone
}

/** @param {(file: object) => object} change of every key file, pinned all the same */
const withFile = (county, change) => Object.assign(county, { change })

/** @param {(text: string) => string} alter of what is served, after it was pinned */
const served = (county, alter) => { county.alter = (bytes) => Buffer.from(alter(bytes.toString())) }

const isGood = (token, use, period) => {
  const ctx = context(use, period, 70)
  return isSigned(fromHex(KEYS[use].n), join(fromBase64(token.r), ctx), fromBase64(token.sig))
}

test('a launch fetches one ballot and two tickets of each of the next two months, the second nothing', async () => {
  const county = new County()
  const phone = await launch(county)
  await ready(phone, county)
  assert.deepEqual(county.requests('POST /ballots').map((one) => one.data.period), county.coming)
  for (const month of county.coming) {
    const ballots = ballotsOf(phone.storage, month)
    assert.ok(isGood(ballots.survey, 'survey', month))
    assert.equal(ballots.tickets.length, 2)
    ballots.tickets.forEach((token) => assert.ok(isGood(token, 'ticket', month)))
    assert.equal(ballots.veils, undefined)
  }
  const again = await launch(county, { storage: phone.storage })
  await again.see('这个月的问卷')
  assert.equal(county.requests('POST /ballots').length, 2)
})

test('nothing is ever asked for the running month, whenever the phone is opened', async () => {
  const county = new County()
  const phone = await launch(county)
  await ready(phone, county)
  assert.equal(ballotsOf(phone.storage, county.period), undefined)
  assert.ok(county.requests('POST /ballots').every((one) => one.data.period > county.period))
  await readsInSurvey(county, phone.storage, `从 ${Number(county.coming[0].slice(5))}月起就能填`)
})

test('each month a launch fetches one month more, and what was fetched before is used', async () => {
  const storage = new Mortal(new Map(await phoneWithBallots())).storage
  const county = new County()
  assert.ok(isReady(storage, [county.period, ...county.coming]))
  const phone = await launch(county, { storage })
  await phone.see('3 个小问题')
  assert.equal(county.requests('POST /ballots').length, 0)
  await readsInSurvey(county, storage, '最近办事方便吗')
})

test('what was never answered for a month that has begun is dropped, as months that are over', async () => {
  const county = new County()
  const [over, begun] = ['2020-01', county.period]
  const phone = await withPurse(county, { ballots: { [over]: { period: over, state: 'ready' }, [begun]: { period: begun, state: 'asked' } } })
  await ready(phone, county)
  assert.deepEqual(Object.keys(purseOf(phone.storage).ballots), county.coming)
})

test('who only scans and never sees the first page has the ballots too, after the rating', async () => {
  const county = new County()
  const phone = await openApp({ path: 'pages/scan/index', query: { code: 'CODE1' }, device: county.device() })
  await phone.see('非常满意')
  assert.equal(county.requests('POST /ballots').length, 0)
  phone.tap('#level-1')
  phone.tap('#send')
  await ready(phone, county)
  const again = await openApp({ path: 'pages/scan/index', query: { code: 'CODE1' }, device: county.device({ storage: phone.storage }) })
  await again.see('非常满意')
  again.tap('#level-1')
  again.tap('#send')
  await again.see('谢谢您')
  assert.equal(county.requests('GET /me').length, 1)
})

test('keys and questions are asked for without a name', async () => {
  const county = new County()
  await ready(await launch(county), county)
  for (const endpoint of [`GET /keys/1/${county.coming[0]}.json`, `GET /surveys/1/${county.period}.json`]) {
    assert.deepEqual(county.requests(endpoint).map((one) => one.header), [{}], endpoint)
  }
})

test('an answer that was lost is asked for again word for word', async () => {
  const county = new County()
  let isLost = true
  county.answers['POST /ballots'] = ({ data }, self) => {
    const answer = self.issue(data)
    return isLost ? error(503, 'busy', '正忙') : answer
  }
  const phone = await launch(county)
  await told(phone)
  isLost = false
  await ready(await launch(county, { storage: phone.storage }), county)
  const [first, second] = county.requests('POST /ballots').filter((one) => one.data.period === county.coming[0])
  assert.deepEqual(second.data, first.data)
})

test('T9 killed between any two steps of fetching, the next launch has the ballots, once', async () => {
  let steps = 0
  for (let isDead = true; isDead; steps += 1) {
    const county = new County()
    const mortal = new Mortal()
    const first = await launch(county, { storage: mortal.storage, send: mortal.send(county.send) })
    mortal.arm(steps)
    await first.until(() => mortal.isDead || purseOf(mortal.storage)?.options)
    isDead = mortal.isDead
    const next = new Mortal(mortal.left)
    const phone = await launch(county, { storage: next.storage })
    await ready(phone, county)
    for (const month of county.coming) {
      const { survey, tickets } = ballotsOf(next.storage, month)
      assert.ok(isGood(survey, 'survey', month), `after ${steps} steps`)
      assert.ok(tickets.every((token) => isGood(token, 'ticket', month)))
    }
  }
  assert.ok(steps > 10, `${steps} steps`)
})

for (const name of ['a second phone', 'a phone set up anew']) {
  test(`${name} is told that the months' ballots are out, and does not ask every day`, async () => {
    const county = new County()
    await ready(await launch(county), county)
    const other = await launch(county)
    await other.until(() => county.coming.every((one) => ballotsOf(other.storage, one)?.state === 'already_issued'))
    await readsInSurvey(county, other.storage, '换了手机、清过数据，就找不回来')
    await (await launch(county, { storage: other.storage })).see('这个月的问卷')
    assert.equal(county.requests('POST /ballots').length, 4)
  })
}

const ALTERED = {
  'one byte changed': (county) => served(county, (text) => text.replace('"county":1', '"county": 1')),
  'a key of my own': (county) => served(county, (text) => text.replace(KEYS.survey.n, KEYS.other.n)),
  'a unit that looks larger': (county) => served(county, (text) => text.replace('"size":64', '"size":640')),
  'a page of somebody else': (county) => served(county, () => '<html>'),
  'pinned, but two keys for one use': (county) => withFile(county, (file) => ({ ...file, keys: file.keys.concat(file.keys[0]) })),
  'pinned, but a short key': (county) => withFile(county, (file) => {
    const short = { ...file.keys[0], n: file.keys[0].n.slice(2) }
    return { ...file, keys: [short, ...file.keys.slice(1)] }
  }),
  'pinned, but one key for two uses': (county) => withFile(county, (file) => ({ ...file, keys: file.keys.map((key) => ({ ...key, n: KEYS.survey.n })) })),
  'pinned, but for another county': (county) => withFile(county, (file) => ({ ...file, county: 2 })),
  'pinned, but for another month': (county) => withFile(county, (file) => ({ ...file, period: '2020-01' })),
  'pinned, but no file at all': (county) => withFile(county, () => null),
  'pinned, but a key missing': (county) => withFile(county, (file) => ({ ...file, keys: file.keys.slice(1) })),
}

for (const [name, alter] of Object.entries(ALTERED)) {
  test(`T10 key file altered (${name}): nothing is fetched, the villager is warned`, async () => {
    const county = new County()
    alter(county)
    const phone = await launch(county)
    await phone.see('钥匙对不上，先不要填')
    assert.equal(county.requests('POST /ballots').length, 0)
    const survey = await readsInSurvey(county, phone.storage, '钥匙对不上，先不要填')
    assert.ok(survey.text().includes('您没有填，什么也没传出去'))
    assert.equal(survey.all('#survey-send').length + survey.all('#survey-next').length, 0)
  })
}

test('a key file that was put right again is taken at the next launch', async () => {
  const county = new County()
  served(county, () => 'x')
  const phone = await launch(county)
  await told(phone)
  served(county, (text) => text)
  await ready(await launch(county, { storage: phone.storage }), county)
})

test('a month that this package knows no keys for is said, with the date as the first suspect', async () => {
  const county = new County()
  county.ext = () => ({ anonymous_host: 'https://anonymous.test' })
  const phone = await launch(county)
  await told(phone)
  await readsInSurvey(county, phone.storage, '先看手机上的日期对不对')
  assert.equal(county.asked.filter((one) => one.endpoint.startsWith('GET /keys/')).length, 0)
})

test('where one month has no keys for the village the other one is fetched all the same', async () => {
  const county = withFile(new County(), (file) => (
    file.period === new County().coming[0]
      ? { ...file, units: { ...file.units, 70: { ...file.units[70], villages: [99] } } }
      : file
  ))
  const phone = await launch(county)
  await phone.until(() => isReady(phone.storage, county.coming.slice(1)))
  await phone.until(() => purseOf(phone.storage).options)
  assert.equal(purseOf(phone.storage).problem.code, 'village_without_keys')
})

test('a signature of another key is thrown away and the villager warned', async () => {
  const county = new County()
  const other = county.issue.bind(county)
  county.issue = (data) => ({ ...other(data), data: { ...other(data).data, survey: KEYS.other.tag(data.survey) } })
  const phone = await launch(county)
  await phone.see('钥匙对不上，先不要填')
  assert.equal(ballotsOf(phone.storage, county.coming[0]).survey, undefined)
  await readsInSurvey(county, phone.storage, '不是用公示的钥匙签的')
})

/** A county that lives in another month than the phone believes. */
const elsewhen = (days, header) => {
  const county = new County()
  const now = Date.now() + days * DAY_MS
  county.period = monthOf(now)
  county.header = header ? { Date: new Date(now).toUTCString() } : {}
  county.round = county.openRound({ opens_at: new Date(now - DAY_MS).toISOString(), closes_at: new Date(now + DAY_MS).toISOString() })
  return county
}

test('the month is the server\'s where the clock of the phone is wrong', async () => {
  const county = elsewhen(62, true)
  const phone = await launch(county)
  await ready(phone, county)
  assert.deepEqual(Object.keys(purseOf(phone.storage).ballots), county.coming)
  assert.notEqual(county.period, monthOf(Date.now()))
})

test('without the server\'s time a wrong clock ends in a sentence, not in a wrong ballot', async () => {
  const county = elsewhen(400, false)
  const phone = await launch(county)
  await told(phone)
  assert.equal(purseOf(phone.storage).problem.code, 'keys_not_pinned')
  assert.match(purseOf(phone.storage).problem.message, /日期/)
  assert.equal(county.requests('POST /ballots').length, 0)
})

const withPurse = (county, purse) => {
  const mortal = new Mortal()
  mortal.storage.setItem('purse', JSON.stringify(purse))
  return launch(county, { storage: mortal.storage })
}
for (const [status, code, words] of [[403, 'cadre_votes_not', '村干部不能给自己的村填问卷'], [404, 'keys_unknown', '还没有准备好'], [409, 'not_ahead',
  '只提前领']]) {
  test(`${code} is said in its own words`, async () => {
    const county = new County({ 'POST /ballots': () => error(status, code, words) })
    const phone = await launch(county)
    await told(phone)
    await readsInSurvey(county, phone.storage, words)
  })
}

test('without a signal nothing is lost: the next launch fetches', async () => {
  const county = new County()
  const first = await launch(county)
  await ready(first, county)
  const phone = await launch(county, { online: false })
  await phone.see('信号')
  assert.equal(purseOf(phone.storage), null)
})

test('a village that changed while the answer was lost is asked for anew', async () => {
  const county = new County({ 'POST /ballots': () => error(503, 'busy', '正忙') })
  const phone = await launch(county)
  await told(phone)
  county.binding.village = { ...county.binding.village, id: 12 }
  county.answers['GET /villages/12/scorecard'] = () => fine(CARD)
  delete county.answers['POST /ballots']
  const again = await launch(county, { storage: phone.storage })
  await ready(again, county)
  const [first, second] = county.requests('POST /ballots')
  assert.notEqual(first.data.survey, second.data.survey)
})

test('a phone that knows no large numbers still opens, and says what to do instead', async () => {
  const county = new County()
  const known = globalThis.BigInt
  try {
    globalThis.BigInt = undefined
    const phone = await launch(county)
    await told(phone)
    await readsInSurvey(county, phone.storage, '这部手机太旧')
  } finally {
    globalThis.BigInt = known
  }
})

test('who wants paper gets paper for the months that are not fetched yet', async () => {
  const county = new County({ 'POST /ballots/paper': () => fine({ unit: 70 }) })
  const phone = await withPurse(county, { wantsPaper: true })
  await phone.until(() => county.coming.every((one) => ballotsOf(phone.storage, one)?.state === 'voting_on_paper'))
  await readsInSurvey(county, phone.storage, '您选了纸质票')
  assert.deepEqual(county.requests('POST /ballots/paper').map((one) => one.data), county.coming.map((period) => ({ period })))
  assert.equal(county.requests('POST /ballots').length, 0)
})

test('a month that chose paper elsewhere is not asked for again', async () => {
  const county = new County({ 'POST /ballots': () => error(409, 'voting_on_paper', '选了纸质票') })
  const phone = await launch(county)
  await phone.until(() => county.coming.every((one) => ballotsOf(phone.storage, one)?.state === 'voting_on_paper'))
  await readsInSurvey(county, phone.storage, '您选了纸质票')
})

test('whose village went into another one keeps the unit it was bound by', async () => {
  const county = new County()
  county.binding = { ...county.binding, village: { ...county.binding.village, id: 13 }, village_ids: [12, 13] }
  county.answers['GET /villages/13/scorecard'] = () => fine(CARD)
  const phone = await launch(county)
  await ready(phone, county)
  assert.equal(ballotsOf(phone.storage, county.coming[0]).unit, 70)
})

test('a county that asks nothing this month says so', async () => {
  const county = new County()
  county.round = null
  const phone = await launch(county)
  await ready(phone, county)
  await phone.see('这会儿没有问卷')
  assert.equal(phone.all('谁答的，谁也查不到').length, 0)
})
