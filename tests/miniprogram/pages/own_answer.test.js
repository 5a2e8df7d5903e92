'use strict'
/** 「我的答卷在里面」: the phone looks its own answer up in the lists that everybody downloads. */
const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { before, test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { County, phoneWithBallots } = require('../county')
const { Mortal, purseOf } = require('../mortal')
const { monthsBefore } = require('../../../miniprogram/app/core/clock')

const OTHERS = Array.from({ length: 11 }, (_, place) => createHash('sha256').update(`${place}`).digest('hex'))
let prepared

before(async () => { prepared = await phoneWithBallots() })

const open = (route, county, storage) => openApp({ path: `pages/${route}/index`, device: county.device({ storage }) })

/** What the digest must be, from the body as the server sees it. */
const digestOf = (body) => {
  const bytes = Buffer.from(body, 'base64url')
  const end = 2 + bytes.readUInt16BE()
  return createHash('sha256').update(bytes.subarray(end, end + 32)).update(bytes.subarray(2, end)).digest('hex')
}

/** A phone that has answered, and what the server counted of it. */
const answered = async () => {
  const county = new County()
  const { storage } = new Mortal(new Map(prepared))
  const phone = await open('survey', county, storage)
  await phone.see('最近办事方便吗')
  phone.tap('#level-2')
  phone.tap('#survey-next')
  phone.tap('#survey-next')
  phone.tap('#survey-send')
  await phone.see('封好，交上去了')
  return { county, storage, digest: digestOf(county.requests('POST /anon/response')[0].data.body) }
}

const listOf = (digests, n = digests.length) => ({ units: { 70: '庄里镇 西村、东村' }, n, digests: [...digests].sort() })
const stateOf = (storage, period) => purseOf(storage)?.listed[period]?.state

/** The month is published with these lists; the phone is opened at home, then at 怎么查证. */
const published = async ({ county, storage }, lists) => {
  county.lists[county.period] = lists
  county.round = county.openRound({ state: 'published' })
  const home = await open('home', county, storage)
  await home.until(() => stateOf(storage, county.period))
  return open('survey/check', county, storage)
}

test('an answer that was counted is found, with its digest and no word of its content', async () => {
  const one = await answered()
  const page = await published(one, [listOf([...OTHERS, one.digest])])
  await page.see('我的答卷在里面')
  assert.ok(page.text().includes('公布的名单有 12 行'))
  assert.ok(page.text().includes(one.digest.slice(0, 16).match(/.{4}/g).join(' ')))
  assert.ok(!page.text().includes('怎么反映'))
  const survey = await open('survey', one.county, one.storage)
  await survey.see('结果出来了')
  assert.ok(survey.text().includes('我的答卷在里面'))
})

for (const [what, change, words] of [
  ['dropped', () => listOf(OTHERS), '没找到我的答卷'],
  ['replaced', () => listOf([...OTHERS, 'f'.repeat(64)]), '没找到我的答卷'],
  ['outnumbered by counts without a line', (digest) => listOf([...OTHERS, digest], 13), '名单和份数对不上'],
]) {
  test(`an answer that was ${what} is said at home, with how to object and what that gives away`, async () => {
    const one = await answered()
    const page = await published(one, [change(one.digest)])
    await page.see(words)
    for (const told of ['打 12345', '别人会知道您答过']) assert.ok(page.text().includes(told), told)
    assert.ok(purseOf(one.storage).note.includes('怎么反映'))
  })
}

test('the list of another unit is not the one an answer must stand in', async () => {
  const one = await answered()
  const other = { units: { 71: '庄里镇 远村' }, n: 12, digests: [...OTHERS, one.digest] }
  const page = await published(one, [listOf(OTHERS), other])
  await page.see('没找到我的答卷')
})

test('a hidden unit that nobody may be listed beside is said to have no list', async () => {
  const page = await published(await answered(), [])
  await page.see('没有名单可查')
})

test('a phone that never answered downloads the same file, and reads of nothing', async () => {
  const county = new County()
  const { storage } = new Mortal(new Map(prepared))
  const page = await published({ county, storage }, [listOf(OTHERS)])
  await page.see('那边存了什么')
  assert.ok(!page.text().includes('我的答卷在里面'))
  const asked = county.asked.filter(({ endpoint }) => endpoint === `GET /surveys/1/${county.period}/answers.json`)
  assert.deepEqual(asked.map(({ header }) => header), [{}])
})

test('lists that are not out yet are asked for once a day', async () => {
  const county = new County()
  const { storage } = new Mortal(new Map(prepared))
  const endpoint = `GET /surveys/1/${monthsBefore(county.period, 1)}/answers.json`
  storage.setItem('purse', JSON.stringify({ ...purseOf(storage), listed: {}, listsAskedOn: '' }))
  county.answers[endpoint] = () => ({ statusCode: 404, data: { code: 'not_published', message: '还没有公布' }, header: {} })
  for (let times = 0; times < 2; times += 1) {
    const home = await open('home', county, storage)
    await home.until(() => purseOf(storage).listsAskedOn)
    await new Promise((resolve) => { setTimeout(resolve, 30) })
  }
  assert.equal(county.asked.filter((one) => one.endpoint === endpoint).length, 1)
})

test('digest and finding are gone after the next month', async () => {
  const one = await answered()
  const later = monthsBefore(one.county.period, -2)
  one.county.header = { Date: new Date(`${later}-05T04:00:00Z`).toUTCString() }
  const home = await open('home', one.county, one.storage)
  await home.until(() => !purseOf(one.storage).digests[one.county.period])
  assert.ok(![...one.storage.map.values()].join().includes(one.digest))
})
