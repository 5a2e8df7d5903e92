'use strict'
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, ticket, CARD, RATING, LANDING, isBound, error, fine } = require('../village')

/** A page opened directly, against a village. */
const open = (route, village, device = {}) =>
  openApp({ path: `pages/${route}/index`, device: { send: village.send, ...device } })

/** @param {(village: Village) => void} change */
const boundVillage = (change = () => {}) => {
  const village = new Village()
  village.binding = isBound()
  change(village)
  return village
}

const ROUTES = [
  'home', 'village', 'points', 'me', 'ratings', 'bind', 'tickets', 'tickets/new', 'notices',
  'rewards', 'rewards/mine', 'rewards/shops', 'shop', 'earning/rules', 'earning/appeal', 'draws',
]

for (const route of ROUTES) {
  test(`${route}: loading, an error in words, and trying again`, async () => {
    const village = boundVillage()
    const usual = village.send
    village.send = async (options) => (options.url.endsWith('/sessions') ? usual(options) : error(500, 'internal_error', '我们这边出了差错'))
    const phone = await openApp({ path: `pages/${route}/index`, device: { send: (options) => village.send(options) } })
    assert.ok(phone.labels().includes('正在打开'))
    await phone.see('我们这边出了差错')
    village.send = usual
    village.answers['GET /regions'] = () => fine({ items: [] })
    phone.tap('#retry')
    await phone.until(() => phone.all('#retry').length === 0 && !phone.labels().includes('正在打开'))
  })

  test(`${route}: no signal is said in words`, async () => {
    const village = boundVillage()
    const phone = await openApp({ path: `pages/${route}/index`, device: { send: village.send, online: false } })
    await phone.see('信号')
    assert.equal(phone.all('#retry').length, 1)
  })
}

for (const route of ['tickets/detail', 'rewards/detail', 'cadre/objections/detail']) {
  test(`${route}: what is not there is not asked for again, the way leads home`, async () => {
    const village = boundVillage()
    const usual = village.send
    const send = async (options) => (options.url.endsWith('/sessions') ? usual(options) : error(404, 'not_found', '没找到，可能已经撤了'))
    const phone = await openApp({ path: `pages/${route}/index`, query: { id: '7' }, device: { send } })
    await phone.see('没找到')
    assert.equal(phone.all('#retry').length, 0)
    phone.tap('#go-home')
    await phone.until(() => phone.route === 'pages/home/index')
  })
}

test('home and the village page show the same score and the same deeds under the same name', async () => {
  const village = boundVillage()
  const home = await open('home', village)
  const own = await open('village', village)
  await home.see('81.25')
  await own.see('81.25')
  for (const phone of [home, own]) {
    assert.ok(phone.labels().includes('村里得分 81.25'))
    assert.ok(phone.text().includes('提了 6 件事，办了 5 件，4 件村民说解决了'))
  }
})

test('an earlier month of the village is one tap away', async () => {
  const village = boundVillage()
  village.answers['GET /villages/11/scorecard'] = ({ search }) => fine(search.get('month') === '2026-10'
    ? { ...CARD, month: '2026-10', month_closed: true, plain: { ...CARD.plain, total: '77.00' } } : CARD)
  const phone = await open('village', village)
  await phone.see('81.25')
  phone.tap('#month-2026-10')
  await phone.see('77.00')
  assert.ok(phone.text().includes('✓ 10月'))
  assert.ok(!phone.text().includes('✓ 11月'))
})

test('the bar of tabs stands under its pages, and its dot says what waits', async () => {
  const village = boundVillage((one) => { one.answers['GET /me/notices'] = () => fine({ items: [], next: null, unread: 2 }) })
  const phone = await open('home', village)
  await phone.see('81.25')
  assert.equal(phone.tabLabel('notices'), '消息，2 条没看')
  phone.tapTab('village')
  await phone.until(() => phone.route === 'pages/village/index')
  assert.equal(phone.data.state === 'error', false)
  phone.tapTab('notices')
  await phone.see('还没有消息')
  assert.equal(phone.tabLabel('notices'), '消息')
})

test('the matter that waits for the villager stands on home and opens with one tap', async () => {
  const phone = await open('home', boundVillage((village) => { village.tickets = [ticket({ needs: 'verdict' })] }))
  await phone.see('村口路灯不亮')
  phone.tap('#home-open')
  await phone.until(() => phone.route === 'pages/tickets/detail/index')
})

test('home shows the score of the own village and the points', async () => {
  const phone = await open('home', boundVillage((village) => { village.balance = 6 }))
  await phone.see('81.25')
  assert.ok(phone.text().includes('大伙评了 83 次'))
  assert.ok(phone.labels().includes('我的积分 6 分'))
})

test('home without a village offers to choose one', async () => {
  const phone = await open('home', new Village())
  await phone.see('您是哪个村的？')
})

test('what was seen last is shown without a signal, and said to be old', async () => {
  const village = boundVillage()
  const first = await open('points', village)
  await first.see('我的积分')
  const later = await open('points', village, { storage: first.storage, online: false })
  await later.see('看到的是上次的')
})

test('too few voices are said kindly, with their number', async () => {
  const few = { ...CARD, n: 4, satisfaction: { ...CARD.satisfaction, status: 'too_few' }, positive_rate: { ...CARD.positive_rate, status: 'too_few' } }
  const phone = await open('village', boundVillage((village) => { village.answers['GET /villages/11/scorecard'] = () => fine(few) }))
  await phone.see('才评了 4 次')
  assert.ok(phone.text().includes('人数还少'))
})

test('a month without voices is not a zero', async () => {
  const none = { value: null, low: null, high: null, status: 'none', text: '' }
  const empty = { ...CARD, n: 0, satisfaction: none, positive_rate: none, levels: [], trend: [] }
  const phone = await open('village', boundVillage((village) => { village.answers['GET /villages/11/scorecard'] = () => fine(empty) }))
  await phone.see('这个月还没有人评')
  assert.ok(!/\b0\b/.test(phone.text()))
})

test('the village page says who said what, and how sure it is', async () => {
  const phone = await open('village', boundVillage())
  await phone.see('实际多半在 82 到 91 分之间')
  assert.ok(phone.labels().includes('非常满意 41 次'))
  assert.ok(phone.labels().some((one) => one.includes('11月 86 分，评了 83 次')))
})

test('points are listed in plain words with their sign', async () => {
  const items = [
    { id: 2, amount: 2, text: '评价办事窗口', created_at: '2026-11-19T17:00:00Z' },
    { id: 1, amount: -2, text: '冲正', created_at: '2026-11-18T01:00:00Z' },
  ]
  const phone = await open('points', boundVillage((village) => { village.points = items }))
  await phone.see('评价办事窗口')
  for (const words of ['+2', '−2', '11月20日', '11月18日']) assert.ok(phone.text().includes(words), words)
})

test('no points yet: what to do', async () => {
  const phone = await open('points', new Village())
  await phone.see('还没有积分')
})

test('older points follow on demand', async () => {
  const answer = ({ search }) => fine(search.get('before')
    ? { balance: 4, items: [{ id: 1, amount: 2, text: '更早的', created_at: '2026-10-01T00:00:00Z' }], next: null }
    : { balance: 4, items: [{ id: 5, amount: 2, text: '最近的', created_at: '2026-11-01T00:00:00Z' }], next: 5 })
  const phone = await open('points', boundVillage((village) => { village.answers['GET /me/points'] = answer }))
  await phone.see('最近的')
  phone.tap('#points-more')
  await phone.see('更早的')
  assert.equal(phone.all('#points-more').length, 0)
})

test('an own rating can be changed within seven days', async () => {
  const village = boundVillage((one) => {
    one.ratings = [RATING]
    one.answers['PUT /ratings/7'] = ({ data }) => { one.ratings = [{ ...RATING, ...data, label: '满意' }]; return fine(one.ratings[0]) }
  })
  const phone = await open('ratings', village)
  await phone.see('等了一上午')
  phone.tap('#change-7')
  await phone.see('想改成什么？')
  phone.tap('#level-again')
  phone.tap('#level-2')
  phone.tap('#send')
  await phone.until(() => phone.route === 'pages/ratings/index' && phone.text().includes('满意') && !phone.text().includes('不满意'))
  assert.deepEqual(village.requests('PUT /ratings/7')[0].data, { level: 2, reason_ids: [], words: '等了一上午' })
})

test('a rating that can no longer be changed shows no such button', async () => {
  const phone = await open('ratings', boundVillage((village) => { village.ratings = [{ ...RATING, change_until: null }] }))
  await phone.see('等了一上午')
  assert.equal(phone.all('#change-7').length, 0)
})

test('追评 is said once', async () => {
  const village = boundVillage((one) => {
    one.ratings = [RATING]
    one.answers['POST /ratings/7/followup'] = ({ data }) => {
      one.ratings = [{ ...RATING, followup: { ...data, label: '满意', created_at: '' } }]
      return fine(one.ratings[0], 201)
    }
  })
  const phone = await open('ratings', village)
  await phone.see('现在怎么样了')
  phone.tap('#followup-7')
  await phone.see('现在怎么样了？')
  phone.tap('#level-2')
  phone.type('#words', '修好了')
  phone.tap('#send')
  await phone.see('后来您又说：满意')
  assert.equal(phone.all('#followup-7').length, 0)
  assert.deepEqual(village.requests('POST /ratings/7/followup')[0].data, { level: 2, words: '修好了' })
})

test('a refused change is said beside the form', async () => {
  const village = boundVillage((one) => {
    one.ratings = [RATING]
    one.answers['PUT /ratings/7'] = () => error(409, 'change_closed', '评价满 7 天或已追评，不能再改')
  })
  const phone = await open('ratings', village)
  await phone.see('等了一上午')
  phone.tap('#change-7')
  await phone.see('想改成什么？')
  phone.tap('#send')
  await phone.see('评价满 7 天或已追评，不能再改')
})

test('the village is chosen step by step, the only county being no step', async () => {
  const regions = ({ search }) => fine({ items: {
    null: [{ id: 1, name: '富平县', level: 'county' }],
    1: [{ id: 2, name: '庄里镇', level: 'township' }],
    2: [{ id: 11, name: '西村', level: 'village' }],
    11: [{ id: 50, name: '一组', level: 'group' }, { id: 51, name: '二组', level: 'group' }],
  }[search.get('parent_id')] })
  const village = new Village({ 'GET /regions': regions })
  const phone = await open('bind', village)
  await phone.see('庄里镇')
  assert.equal(phone.all('#bind-up').length, 0)
  phone.tap('#region-2')
  await phone.see('选村')
  phone.tap('#region-11')
  await phone.see('哪个组？')
  phone.tap('一组')
  phone.tap('二组')
  phone.type('#bind-household', '12号')
  phone.tap('#bind-confirm')
  await phone.see('请先说一下')
  phone.tap('还没满')
  await phone.see('用他们自己的手机来选村')
  phone.tap('#bind-confirm')
  phone.tap('满 14 周岁了')
  phone.tap('#bind-confirm')
  await phone.until(() => village.requests('PUT /me/binding').length === 1)
  assert.deepEqual(village.requests('PUT /me/binding')[0].data, { village_id: 11, group_id: 51, household: '12号', of_age: true })
})

test('the village is found by name', async () => {
  const regions = ({ search }) => fine({ items: search.get('q') ? [{ id: 11, name: '西村', level: 'village', township: '庄里镇', county: '富平县' }] : [] })
  const phone = await open('bind', new Village({ 'GET /regions': regions }))
  await phone.until(() => phone.all('#bind-search').length)
  phone.type('#bind-search', '西')
  await phone.until(() => phone.all('#village-11').length === 1)
  phone.tap('#village-11')
  await phone.see('就选这个村')
})

test('a village from an old list is bound as what it became, and the phone says which', async () => {
  const regions = ({ search }) => fine({ items: search.get('parent_id') === '2' ? [{ id: 12, name: '东村', level: 'village' }] :
    [{ id: 2, name: '庄里镇', level: 'township' }] })
  const village = new Village({ 'GET /regions': regions })
  const phone = await open('bind', village)
  await phone.until(() => phone.all('#region-12').length === 1)
  phone.tap('#region-12')
  await phone.see('就选这个村')
  phone.tap('满 14 周岁了')
  phone.tap('#bind-confirm')
  await phone.until(() => phone.screen.modals.length === 1)
  assert.ok(phone.screen.modals[0].includes('您选的东村已经并入西村，给您选好的就是西村。不对的话，可以再选。'))
})

test('where the old village is several by now, the list is asked for anew', async () => {
  const lists = [[{ id: 12, name: '东村', level: 'village' }], [{ id: 13, name: '新村', level: 'village' }]]
  const village = new Village({
    'GET /regions': ({ search }) => fine({ items: { null: [{ id: 2, name: '庄里镇', level: 'township' }], 2: lists[0] }[search.get('parent_id')] || [] }),
    'PUT /me/binding': () => error(409, 'village_divided', '您选的村调整过，现在是西村、新村。请重新选您的村'),
  })
  const phone = await open('bind', village)
  await phone.until(() => phone.all('#region-12').length === 1)
  phone.tap('#region-12')
  await phone.see('就选这个村')
  phone.tap('满 14 周岁了')
  phone.tap('#bind-confirm')
  await phone.see('现在是西村、新村')
  lists.shift()
  phone.tap('#bind-back')
  await phone.until(() => phone.all('#region-13').length === 1)
})

test('the village is known from a scan', async () => {
  const village = new Village({ 'GET /regions': () => fine({ items: [] }) })
  const phone = await open('bind', village, { scan: async () => ({ result: 'https://village-voice.example.cn/q/CODE1' }) })
  await phone.until(() => phone.all('#bind-scan').length)
  phone.tap('#bind-scan')
  await phone.see('您选的是')
  assert.ok(phone.text().includes(LANDING.village.name))
})

test('large letters are switched on, kept, and grow all pages', async () => {
  const village = boundVillage()
  const phone = await open('me', village)
  await phone.see('大字')
  assert.equal(phone.screen.meta.rootFontSize, '18px')
  phone.tap('#me-large')
  assert.equal(phone.screen.meta.rootFontSize, '23px')
  const later = await open('home', village, { storage: phone.storage })
  assert.equal(later.screen.meta.rootFontSize, '23px')
})

test("letters follow the phone's own setting, up to 30", async () => {
  const phone = await open('privacy', new Village(), { fontSize: () => 22 })
  assert.equal(phone.screen.meta.rootFontSize, '24px')
  phone.storage.setItem('large_type', 'true')
  const larger = await open('privacy', new Village(), { fontSize: () => 24, storage: phone.storage })
  assert.equal(larger.screen.meta.rootFontSize, '30px')
})

test('logging out forgets the session and what was seen; one tap comes back', async () => {
  const village = boundVillage()
  const phone = await open('me', village)
  await phone.see('退出登录')
  phone.tap('#me-leave')
  await phone.see('您已经退出登录')
  assert.equal(village.requests('DELETE /sessions/current').length, 1)
  assert.ok(!phone.storage.keys().some((key) => key.startsWith('seen:') || key === 'session'))
  phone.tap('#retry')
  await phone.see('81.25')
})

test('the privacy page says what is kept and who sees it', async () => {
  const phone = await open('privacy', new Village())
  for (const words of ['记下什么', '谁看得见', '不想用了']) assert.ok(phone.text().includes(words), words)
})

test('every page can be opened at the largest letters without a server', async () => {
  for (const route of ['home', 'scan', 'village', 'points', 'me', 'bind', 'ratings', 'ratings/edit', 'privacy']) {
    const phone = await open(route, new Village(), { online: false, fontSize: () => 24 })
    await phone.until(() => phone.text().length > 5, route)
  }
})

test('an invitation code makes a cadre; a wrong one is told kindly', async () => {
  const village = new Village()
  village.answers['POST /me/roles'] = () => error(404, 'invitation_unknown', '邀请码不对、用过了或过期了，请乡镇重新发一个')
  const phone = await open('invitation', village)
  phone.tap('#invitation-send')
  await phone.see('请先填邀请码')
  phone.type('#invitation-code', 'abcde fghjk')
  phone.tap('#invitation-send')
  await phone.see('请乡镇重新发一个')
  village.answers['POST /me/roles'] = () => fine({ binding: null, roles: [], phone_digits: null }, 201)
  phone.tap('#invitation-send')
  await phone.see('您是村干部了')
  assert.deepEqual(village.requests('POST /me/roles')[1].data, { code: 'abcde fghjk' })
})

test('a phone that takes over an account shows the digits its owner reads to the office', async () => {
  const village = new Village()
  village.answers['POST /me/roles'] = () => fine({ binding: null, roles: [], phone_digits: '482913' }, 201)
  const phone = await open('invitation', village)
  phone.type('#invitation-code', '1bcd efgh')
  phone.tap('#invitation-send')
  await phone.see('还差一步')
  await phone.see('482913')
  assert.ok(!phone.text().includes('工作台账号激活了'))
})

test('a code that begins with a one activates a console account and says so', async () => {
  const village = new Village()
  village.answers['POST /me/roles'] = () => fine({ binding: null, roles: [], phone_digits: null }, 201)
  const phone = await open('invitation', village)
  phone.type('#invitation-code', '1bcd efgh')
  phone.tap('#invitation-send')
  await phone.see('工作台账号激活了')
  assert.ok(!phone.text().includes('村干部了'))
  assert.deepEqual(village.requests('POST /me/roles')[0].data, { code: '1bcd efgh' })
})
