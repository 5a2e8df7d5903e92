'use strict'
/** The scorecard, its cases and objections on a cadre's phone; the villager's page in plain words. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp, MemoryStorage } = require('../../../miniprogram/preview/node')
const { Village, VILLAGE, CARD, RATING, isBound, error, fine } = require('../village')

const CADRE = [{ role: 'cadre', region_id: 11, region_name: '西村' }]
const reason = (changes = {}) => ({ kind: 'rating', case_id: 7, words: '「办事窗口」被评非常不满意：等太久', lost: '1.50', objection: null, ...changes })
const SCORE = {
  village: VILLAGE, month: '2026-10', months: ['2026-10', '2026-09'], month_closed: true, locked: false, closes_on: '2026-11-15', may_object: true,
  total: '81.25', few: false, light: { code: 'yellow', word: '需关注', icon: '◆' }, standing: '第 2 档，名次在 3 到 9 之间',
  indicators: [
    {
      code: 'satisfaction_mean', name: '满意度', weight: '40', n: 20, lost: '15.55', share: '44.40', words: '20 人次评价，满意度 72.0', by_villagers: true,
      reasons: [reason(), reason({ kind: null, case_id: null, words: '选「满意」的 9 条', lost: '14.05' })], more: 2,
    },
    {
      code: 'on_time_rate', name: '按期办结率', weight: '10', n: 3, lost: '0.00', share: '2.17',
      words: '3 件诉求里 3 件按期办结', by_villagers: false, reasons: [], more: 0,
    },
    { code: 'resolution_rate', name: '解决率', weight: '15', n: 0, lost: null, share: null, words: '这个月没有可算的，不进总分', by_villagers: true,
      reasons: [], more: 0 },
  ],
  adjustments: [{ kind: '容错免扣', rule: '办法第 12 条', moved: '+1.00' }], struck: [], correction: null, finding: '总分和上月持平：差别在偶然波动之内。',
  trend: [{ month: '2026-09', total: '80.00' }, { month: '2026-10', total: '81.25' }],
}
const CASE = {
  village: VILLAGE, month: '2026-10', case: { kind: 'rating', id: 7, title: '「办事窗口」评了「非常不满意」', detail: '等太久', ticket_id: 5 },
  costs: ['评了非常不满意'], may_object: true, closes_on: '2026-11-15', objection_id: null, objection_words: null,
}
const objection = (changes = {}) => ({
  id: 3, village: VILLAGE, month: '2026-10', case: CASE.case, words: '那天全镇停电', photos: [], state: 'pending', state_words: '等裁决', icon: '◆',
  raised_at: '2026-11-03T02:00:00Z', decision: null, decided_at: null, effect: null, ...changes,
})

const cadre = () => {
  const village = new Village()
  village.answers['GET /me'] = () => fine({ binding: isBound(), roles: CADRE })
  village.answers['GET /cadre/villages/11/scorecard'] = () => fine(SCORE)
  village.answers['GET /cadre/villages/11/case'] = () => fine(CASE)
  village.answers['GET /objections'] = () => fine({ items: [objection()] })
  village.answers['GET /objections/3'] = () => fine(objection())
  return village
}
const open = (path, village, query = {}, device = {}) => openApp({ path: `pages/${path}/index`, query, device: { send: village.send, ...device } })
const ASKED = { village: '11', month: '2026-10', kind: 'rating', id: '7' }
const PHOTOS = {
  chooseMedia: async () => ({ tempFiles: [{ tempFilePath: 'wxfile://p.jpg' }] }),
  upload: async () => ({ statusCode: 201, data: JSON.stringify({ id: 31, url: '/x' }) }),
}

test('the card says total, light in words and shape, and what each indicator lost', async () => {
  const phone = await open('cadre/score', cadre())
  await phone.see('西村 10月')
  for (const words of ['81.25', '需关注', '◆', '第 2 档', '−15.55', '没丢分', '没有数', '方案权重 10，本月占 2.17', '容错免扣', '这个月还没锁定']) {
    assert.ok(phone.text().includes(words), words)
  }
})

test('an indicator opens to its cases, and a case to its page; counts lead nowhere', async () => {
  const phone = await open('cadre/score', cadre())
  await phone.see('西村 10月')
  phone.tap('#indicator-satisfaction_mean')
  await phone.see('选「满意」的 9 条')
  assert.ok(phone.text().includes('还有 2 件'))
  phone.tap('#reason-satisfaction_mean-1')
  assert.equal(phone.route, 'pages/cadre/score/index')
  phone.tap('#reason-satisfaction_mean-0')
  await phone.until(() => phone.route === 'pages/cadre/case/index')
  await phone.see('「办事窗口」评了「非常不满意」')
})

test('another month is asked for by its chip', async () => {
  const village = cadre()
  const phone = await open('cadre/score', village)
  await phone.see('西村 10月')
  phone.tap('#month-2026-09')
  await phone.until(() => village.requests('GET /cadre/villages/11/scorecard').some((one) => one.search.get('month') === '2026-09'))
})

test('a corrected month says so, and what was struck stays in sight', async () => {
  const village = cadre()
  const struck = [{ id: 3, title: '「办事窗口」评了「非常不满意」', words: '申诉成立，不计入得分' }]
  village.answers['GET /cadre/villages/11/scorecard'] = () => fine({ ...SCORE, locked: true, correction: 1, struck })
  const phone = await open('cadre/score', village)
  await phone.see('第 1 号更正以后的数')
  assert.ok(phone.text().includes('申诉成立，不计入得分'))
})

test('without a signal the last card is shown; with none there is a way to try again', async () => {
  const village = cadre()
  const seen = await open('cadre/score', village)
  await seen.see('西村 10月')
  const later = await open('cadre/score', village, {}, { storage: seen.storage, online: false })
  await later.see('没有信号')
  assert.ok(later.text().includes('81.25'))
  village.answers['GET /cadre/villages/11/scorecard'] = () => error(500, 'internal_error', '我们这边出了差错')
  const broken = await open('cadre/score', village)
  await broken.see('我们这边出了差错')
})

test('whoever is no cadre is told so', async () => {
  const village = cadre()
  village.answers['GET /me'] = () => fine({ binding: isBound(), roles: [] })
  const phone = await open('cadre/score', village)
  await phone.see('您现在不是村干部')
})

test('an objection carries words, proof and a key, and leads to its page', async () => {
  const village = cadre()
  village.answers['POST /objections'] = () => fine(objection(), 201)
  const phone = await open('cadre/case', village, ASKED, PHOTOS)
  await phone.see('可以申诉')
  phone.tap('#case-send')
  await phone.see('请写清楚为什么不该扣')
  phone.type('#case-words', '那天全镇停电')
  phone.tap('#photo-add')
  await phone.until(() => phone.data.photos.length === 1 && phone.data.photos[0].state === 'sent')
  phone.tap('#case-send')
  await phone.until(() => phone.route === 'pages/cadre/objections/detail/index')
  const [sent] = village.requests('POST /objections')
  assert.deepEqual(sent.data, { village_id: 11, month: '2026-10', case_id: 7, words: '那天全镇停电', photo_ids: [31] })
  assert.match(sent.header['Idempotency-Key'], /^[0-9a-f-]{36}$/)
  await phone.see('县里还在核')
})

test('a lost answer is sent again under the same key, from the draft that survived', async () => {
  const village = cadre()
  village.answers['POST /objections'] = () => error(503, 'unavailable', '服务暂时忙不过来，请过一会儿再试')
  const phone = await open('cadre/case', village, ASKED)
  await phone.see('可以申诉')
  phone.type('#case-words', '那天全镇停电')
  phone.tap('#case-send')
  await phone.see('服务暂时忙不过来')
  const again = await open('cadre/case', village, ASKED, { storage: phone.storage })
  await again.until(() => again.data.words === '那天全镇停电' && again.data.state === 'ready')
  again.tap('#case-send')
  await again.until(() => village.requests('POST /objections').length === 2)
  const keys = village.requests('POST /objections').map((one) => one.header['Idempotency-Key'])
  assert.equal(keys[0], keys[1])
})

test('what was objected to, and what is closed, offers no form', async () => {
  const village = cadre()
  village.answers['GET /cadre/villages/11/case'] = () => fine({ ...CASE, may_object: false, objection_id: 3, objection_words: '等裁决' })
  const phone = await open('cadre/case', village, ASKED)
  await phone.see('这一件申诉过了')
  assert.equal(phone.all('#case-send').length, 0)
  village.answers['GET /cadre/villages/11/case'] = () => fine({ ...CASE, may_object: false })
  const closed = await open('cadre/case', village, ASKED)
  await closed.see('到 11月15日 为止')
})

test('a decided objection tells the reason and what it did to the total', async () => {
  const village = cadre()
  const upheld = objection({
    state: 'upheld', state_words: '申诉成立', icon: '✓', decision: '停电不怪村里',
    decided_at: '2026-11-05T02:00:00Z', effect: { before: '81.25', after: '83.05', correction: 2 },
  })
  village.answers['GET /objections/3'] = () => fine(upheld)
  village.answers['GET /objections'] = () => fine({ items: [upheld] })
  const list = await open('cadre/objections', village)
  await list.see('申诉成立')
  list.tap('#objection-3')
  await list.see('停电不怪村里')
  for (const words of ['81.25 → 83.05', '第 2 号更正', '村民的评价还在，不会删']) assert.ok(list.text().includes(words), words)
})

test('a village without objections is told where they begin', async () => {
  const village = cadre()
  village.answers['GET /objections'] = () => fine({ items: [] })
  const phone = await open('cadre/objections', village)
  await phone.see('还没有申诉')
})

test('a rating that no longer counts stays in its author’s list and says so', async () => {
  const village = new Village()
  village.binding = isBound()
  village.ratings = [RATING]
  village.answers['GET /me/struck-ratings'] = () => fine({ ids: [7], words: '申诉成立，不计入得分' })
  const phone = await open('ratings', village)
  await phone.see('申诉成立，不计入得分')
  assert.ok(phone.text().includes('您的评价还在'))
})

test('villagers see the total, the light in words and three plain sentences', async () => {
  const village = new Village()
  village.binding = isBound()
  village.answers['GET /villages/11/publications/2026-11'] = () => fine({
    month: '2026-11', village: '西村', headline: '11月得 81.25 分', said: ['83 人次评价'], done: ['供水：来了 6 件，答复 5 件，说解决了 4 件'],
    left: ['供水 1 件：还在办'], corrections: [], published_at: '2026-12-09T02:00:00Z', path: '/p/610528100201/2026-11',
  })
  const phone = await open('village', village)
  for (const words of ['81.25', '正常', '办了 5 件', '丢分最多的是响应率']) await phone.see(words)
  phone.tap('#village-published')
  for (const words of ['12月9日公示', '村里办了什么', '说解决了 4 件', '还在办']) await phone.see(words)
  assert.ok(!phone.text().includes('后来更正'))
  phone.tap('#published-copy')
  await phone.until(() => phone.screen.toasts.some((words) => words.includes('网址复制好了')))
})

test('too few voices are said kindly', async () => {
  const village = new Village()
  village.binding = isBound()
  const plain = {
    ...CARD.plain, total: null, light: { code: 'grey', word: '无数据', icon: '–' }, few: true, published: null,
    sentences: ['大伙评了 3 次，人数还少，先别急着下结论。'],
  }
  const few = { ...CARD, n: 3, satisfaction: { ...CARD.satisfaction, status: 'too_few' }, plain }
  village.answers['GET /villages/11/scorecard'] = () => fine(few)
  const phone = await open('village', village)
  await phone.see('先别急着下结论')
  assert.ok(phone.text().includes('人数还少'))
  assert.equal(phone.all('#village-published').length, 0)
})

test('a cadre of two villages chooses once', async () => {
  const grants = [11, 12].map((id) => ({ role: 'cadre', region_id: id, region_name: `村${id}` }))
  const village = new Village({
    'GET /me': () => fine({ binding: null, roles: grants }),
    'GET /cadre/villages/11/scorecard': () => fine(SCORE), 'GET /cadre/villages/12/scorecard': () => fine(SCORE),
  })
  const storage = new MemoryStorage()
  const open = () => openApp({ path: 'pages/cadre/score/index', device: { send: village.send, storage } })
  const first = await open()
  await first.until(() => first.data.state === 'ready')
  first.tap('#village-12')
  await first.until(() => first.data.villageId === 12)
  const second = await open()
  await second.until(() => second.data.state === 'ready')
  assert.equal(second.data.villageId, 12)
})
