'use strict'
/** A subject's own page: everything to read, nothing to fill in. */
const assert = require('node:assert/strict')
const { test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { Village, isBound, fine, error } = require('../village')

const CARD = {
  id: 5, name: '兴农农资店', programme: '农资店肥药两制评价', officer: '小贾', month: '2026-11', points: '71.50',
  light: { code: 'yellow', word: '需关注', icon: '◆' }, activity: '62.30', exit: null,
  items: [{ name: '农药实名销售率', points: '6.20', full: '10' }, { name: '证照人员', points: null, full: '8' }],
  lost: [{ name: '农药实名销售率', points: '3.80', words: '实名销售 62%' }], todo: ['先补「农药实名销售率」，它丢分最多。'],
  months: [{ month: '2026-10', points: null }, { month: '2026-11', points: '71.50' }],
}
const SUBJECTS = [{ id: 5, name: '兴农农资店' }, { id: 6, name: '丰收农资店' }]

const owner = (answer) => {
  const village = new Village()
  village.answers['GET /me'] = () => fine({ binding: isBound(), roles: [{ role: 'subject_staff', region_id: 1, region_name: '富平县' }] })
  village.answers['GET /subject'] = () => fine(answer)
  return village
}
const open = (path, village) => openApp({ path: `pages/${path}/index`, device: { send: village.send } })

test('score, light with shape and word, what cost points and what to do stand there', async () => {
  const phone = await open('subject', owner({ subjects: SUBJECTS, card: CARD }))
  await phone.see('兴农农资店 11月')
  for (const words of ['71.50', '需关注', '◆', '活跃度 62.30', '联系人 小贾', '−3.80', '实名销售 62%', '没有数', '它丢分最多']) {
    assert.ok(phone.text().includes(words), words)
  }
})

test('another subject is asked for by its chip', async () => {
  const village = owner({ subjects: SUBJECTS, card: CARD })
  const phone = await open('subject', village)
  await phone.see('兴农农资店 11月')
  phone.tap('#subject-6')
  await phone.until(() => village.requests('GET /subject').some((one) => one.search.get('subject') === '6'))
})

test('who runs nothing, or was not rated yet, is told so', async () => {
  const nobody = await open('subject', owner({ subjects: [], card: null }))
  await nobody.see('还没有归您看的店或农场')
  const unrated = await open('subject', owner({ subjects: [SUBJECTS[0]], card: null }))
  await unrated.see('还没有评过')
})

test('an exit stands above everything', async () => {
  const phone = await open('subject', owner({ subjects: [SUBJECTS[0]], card: { ...CARD, exit: '2026-10-20 退出名单：卖禁用农药。' } }))
  await phone.see('退出名单：卖禁用农药')
})

test('a code of a subject leads to its page, a wrong one is told', async () => {
  const village = owner({ subjects: [SUBJECTS[0]], card: CARD })
  village.answers['POST /me/subjects'] = () => error(422, 'invalid_input', '邀请码不对，或者过了三天。请让考核办再发一个')
  const phone = await open('invitation', village)
  phone.type('#invitation-code', '00abc defgh')
  phone.tap('#invitation-send')
  await phone.see('请让考核办再发一个')
  village.answers['POST /me/subjects'] = () => ({ statusCode: 204, data: '' })
  phone.tap('#invitation-send')
  await phone.see('您是经营者了')
  phone.tap('#invitation-subject')
  await phone.until(() => phone.route === 'pages/subject/index')
})

test('the page of oneself leads there for who runs a subject', async () => {
  const phone = await open('me', owner({ subjects: SUBJECTS, card: CARD }))
  await phone.see('我的考核')
  phone.tap('#me-subject')
  await phone.until(() => phone.route === 'pages/subject/index')
})
