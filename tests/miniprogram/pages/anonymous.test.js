'use strict'
/** Anonymous tickets and their receipts, on the files that ship. */
const assert = require('node:assert/strict')
const { before, test } = require('node:test')
const { openApp } = require('../../../miniprogram/preview/node')
const { County, phoneWithBallots, unpad, error, fine, wordOf } = require('../county')
const { Mortal, purseOf, ballotsOf, partsOf } = require('../mortal')

const CODE = '1234567890123456'
let prepared

before(async () => { prepared = await phoneWithBallots() })

const copy = () => new Mortal(new Map(prepared)).storage
const open = (route, county, storage = new Mortal().storage, device = {}) =>
  openApp({ path: `pages/anonymous/${route}/index`, device: county.device({ storage, ...device }) })

/** Photos come large and are made as small as they have to be. */
const camera = (sizes) => ({
  chooseMedia: async () => ({ tempFiles: sizes.map((_, place) => ({ tempFilePath: `wxfile://${place}.jpg`, size: 1, fileType: 'image' })) }),
  compressImage: async ({ src, compressedWidth }) => ({ tempFilePath: `${src}?${compressedWidth}` }),
  readFile: async (path) => new Uint8Array(sizes[Number(path.match(/(\d)\.jpg/)[1])](Number(path.split('?')[1]))).fill(9).buffer,
})

const write = async (county, storage = copy(), device = {}) => {
  const phone = await open('new', county, storage, device)
  await phone.see('是哪方面的事')
  phone.tap('#category-light')
  phone.type('#anonymous-words', '村口路灯不亮')
  return phone
}

const send = async (phone) => {
  phone.tap('#anonymous-send')
  await phone.see('封好了，记下回执')
}

/** The hour flushes what came, and the phone learns it at its next opening. */
const lieSafe = async (county, storage) => {
  county.flush()
  const phone = await openApp({ path: 'pages/survey/index', device: county.device({ storage }) })
  await phone.until(() => purseOf(storage).outbox.length === 0)
}

const sent = (county) => county.requests('POST /anon/feedback')

test('a ticket leaves sealed, with the receipt inside, and nothing else is asked', async () => {
  const county = new County()
  const storage = copy()
  const phone = await write(county, storage)
  phone.tap('#anonymous-about')
  await send(phone)
  assert.deepEqual(county.others.map((one) => one.endpoint), ['POST /anon/feedback'])
  const { size, content } = unpad(sent(county)[0].data.body, 4)
  assert.equal(size, 4096)
  assert.deepEqual(content, {
    kind: 'help', category: 'light', village_id: 11, words: '村口路灯不亮', about_cadres: true, receipt: phone.data.code, photos: [],
  })
  assert.match(phone.data.code, /^\d{16}$/)
  const shown = phone.data.code.match(/.{4}/g)
  assert.ok(phone.text().includes(shown.join(' ')))
  assert.ok(phone.labels().some((one) => one === `回执号 ${shown.map((group) => group.split('').join(' ')).join('，')}`))
  assert.equal(ballotsOf(storage, county.period).tickets.length, 1)
  assert.ok(phone.text().includes('匿名提不给积分'))
})

test('nothing said is not sent', async () => {
  const county = new County()
  const phone = await write(county)
  phone.type('#anonymous-words', '  ')
  phone.tap('#anonymous-send')
  await phone.see('请写几个字，或拍张照片')
  assert.deepEqual(county.others, [])
})

test('only what the anonymous door takes is offered', async () => {
  const storage = copy()
  const purse = purseOf(storage)
  purse.options.kinds = [{ code: 'consult', name: '咨询' }, { code: 'report', name: '举报' }, { code: 'thanks', name: '感谢' }]
  storage.setItem('purse', JSON.stringify(purse))
  const phone = await write(new County(), storage)
  assert.deepEqual(phone.data.kinds, [{ id: 'report', text: '举报' }])
})

test('a refusal names the part that is wrong', async () => {
  const faulty = { statusCode: 422, data: { code: 'invalid_input', message: '填写的内容有问题', errors: { photos: ['照片打不开'] } } }
  const phone = await write(new County({ 'POST /anon/feedback': () => faulty }))
  phone.tap('#anonymous-send')
  await phone.see('照片打不开')
})

test('the village need not be named', async () => {
  const county = new County()
  const phone = await write(county)
  phone.tap('#choice-0')
  await send(phone)
  assert.equal(unpad(sent(county)[0].data.body, 4).content.village_id, null)
})

test('photos go with the words, small enough, and never alone', async () => {
  const county = new County()
  const storage = copy()
  const sizes = [() => 200000, (width) => (width > 1000 ? 900000 : 300000), () => 100001]
  const phone = await write(county, storage, camera(sizes))
  phone.tap('#photo-add')
  await phone.until(() => phone.data.photos.length === 3)
  assert.equal(phone.all('#photo-add').length, 0)
  await send(phone)
  const { size, content, rest } = unpad(sent(county)[0].data.body, 4)
  assert.equal(size, 1048576)
  assert.deepEqual(content.photos, [200000, 300000, 100001])
  assert.ok(rest.subarray(0, 600001).every((byte) => byte === 9))
  assert.deepEqual(county.others.map((one) => one.endpoint), ['POST /anon/feedback'])
})

test('a photo that cannot be made small is said, and one can be taken away', async () => {
  const county = new County()
  const phone = await write(county, copy(), camera([() => 900000]))
  phone.tap('#photo-add')
  await phone.until(() => phone.data.photos.length === 1)
  phone.tap('#anonymous-send')
  await phone.see('这张照片太大了')
  phone.tap('#photo-drop-0')
  await send(phone)
  assert.equal(unpad(sent(county)[0].data.body, 4).size, 4096)
})

test('a ticket with photos waits without a signal, leaves whole after a restart, and is not sent at every launch', async () => {
  const county = new County()
  const storage = copy()
  const phone = await write(county, storage, camera([() => 340000, () => 340000, () => 340000]))
  phone.tap('#photo-add')
  await phone.until(() => phone.data.photos.length === 3)
  phone.setOnline(false)
  await send(phone)
  assert.ok(phone.text().includes('待发送'))
  // WeChat keeps at most a megabyte under one name.
  for (const key of storage.keys()) assert.ok(storage.getItem(key).length < 1000000, key)
  const relaunch = () => openApp({ path: 'pages/survey/index', device: county.device({ storage }) })
  await (await relaunch()).until(() => purseOf(storage).outbox[0].isKept)
  assert.equal(sent(county).length, 1)
  assert.deepEqual(unpad(sent(county)[0].data.body, 4).content.photos, [340000, 340000, 340000])
  await (await relaunch()).see('最近办事方便吗')
  assert.equal(sent(county).length, 1)
  county.crash()
  await (await relaunch()).until(() => sent(county).length === 2 && !purseOf(storage).outbox[0].isLost)
  assert.deepEqual(sent(county)[1].data, sent(county)[0].data)
  await lieSafe(county, storage)
  assert.equal(sent(county).length, 2)
  assert.deepEqual(partsOf(storage), [])
})

test('pieces of a letter that was never finished are cleared away', async () => {
  const county = new County()
  const storage = copy()
  storage.setItem('part:half:0', '"AAAA"')
  await send(await write(county, storage))
  await lieSafe(county, storage)
  assert.deepEqual(partsOf(storage), [])
})

test('the receipt goes into the album as a picture, under a name that says nothing, and no copy stays', async () => {
  const files = new Map()
  const saved = []
  const phone = await write(new County(), copy(), {
    writeFile: async (path, data) => { files.set(path, new Uint8Array(data)) },
    removeFile: async (path) => { files.delete(path) },
    saveToAlbum: async (path) => { saved.push([path, files.get(path)]) },
  })
  await send(phone)
  phone.tap('#receipt-save')
  await phone.until(() => phone.screen.toasts.includes('存到相册了'))
  assert.ok(saved[0][0].endsWith('/1.png'))
  assert.equal(Buffer.from(saved[0][1].subarray(1, 4)).toString(), 'PNG')
  await phone.until(() => files.size === 0)
})

test('an album that is not allowed is explained', async () => {
  const phone = await write(new County(), copy(), { saveToAlbum: async () => { throw new Error('auth deny') } })
  await send(phone)
  phone.tap('#receipt-save')
  await phone.until(() => phone.screen.modals.some((words) => words.includes('抄下来')))
})

test('the receipt is copied, and noted on the phone only when asked for', async () => {
  const county = new County()
  const copied = []
  const storage = copy()
  const phone = await write(county, storage, { copy: async (text) => { copied.push(text) } })
  await send(phone)
  const { code } = phone.data
  await lieSafe(county, storage)
  assert.ok(![...storage.map.values()].join().includes(code))
  phone.tap('#receipt-copy')
  phone.tap('#receipt-note')
  await phone.see('记下了')
  assert.deepEqual([copied, purseOf(storage).receipts], [[code], [code]])
})

test('a receipt can be found on the phone until its letter lies safe', async () => {
  const county = new County()
  const storage = copy()
  const phone = await write(county, storage)
  await send(phone)
  const { code } = phone.data
  const look = await open('receipt', county, storage)
  await look.see(code.match(/.{4}/g).join(' '))
})

test('what is half written stays, without the photos', async () => {
  const county = new County()
  const storage = copy()
  await write(county, storage)
  const again = await open('new', county, storage)
  await again.until(() => again.data.words === '村口路灯不亮')
  await send(again)
  assert.equal(storage.getItem('draft:anonymous'), null)
})

test('a refusal keeps the words and gives the token back', async () => {
  const county = new County({ 'POST /anon/feedback': () => error(422, 'invalid_input', '填写的内容有问题') })
  const storage = copy()
  const phone = await write(county, storage)
  phone.tap('#anonymous-send')
  await phone.see('填写的内容有问题')
  assert.equal(phone.data.words, '村口路灯不亮')
  assert.equal(ballotsOf(storage, county.period).tickets.length, 2)
  assert.equal(purseOf(storage).note, '')
  delete county.answers['POST /anon/feedback']
  await send(phone)
})

test('a ticket that waited and was then refused is told at the next launch, once', async () => {
  const county = new County()
  const storage = copy()
  const phone = await write(county, storage)
  phone.setOnline(false)
  await send(phone)
  county.answers['POST /anon/feedback'] = () => error(410, 'closed', '这个月的匿名票已经截止')
  phone.setOnline(true)
  await phone.until(() => purseOf(storage).outbox.length === 0)
  const home = await openApp({ device: county.device({ storage }) })
  await home.see('有一件匿名的没收下：这个月的匿名票已经截止')
  home.tap('#home-note')
  await home.see('谁答的，谁也查不到')
  await home.phone.wx.navigateBack({})
  await home.until(() => home.route === 'pages/home/index' && home.all('#home-note').length === 0)
})

test('two a month; then it is said what else can be done', async () => {
  const county = new County()
  const storage = copy()
  await send(await write(county, storage))
  await send(await write(county, storage))
  const third = await open('new', county, storage)
  await third.see('这会儿不能匿名提')
  assert.ok(third.text().includes('要求保密'))
  assert.equal(county.spent.size, 2)
})

test('where the keys do not match nothing can be written', async () => {
  const county = new County()
  county.alter = () => Buffer.from('x')
  const first = await openApp({ device: county.device() })
  await first.see('钥匙对不上，先不要填')
  const phone = await open('new', county, first.storage)
  await phone.see('钥匙对不上，先不要提')
})

test('home leads to it, beside the named way', async () => {
  const phone = await openApp({ device: new County().device({ storage: copy() }) })
  await phone.see('匿名提诉求')
  phone.tap('#home-anonymous')
  await phone.see('谁提的，谁也查不到')
})

const known = (changes = {}) => ({
  number: '610528-26-000009', state: 'answered', state_name: '已答复', due_text: '11月27日前办结', may: [], category_name: '路灯',
  words: '村口路灯不亮', lines: [{ at: '2026-11-24', title: '已答复', words: '灯泡换好了', tone: 'good' }], verdict: null, ...changes,
})

const look = async (county, changes, storage) => {
  county.answers['POST /anon/receipt'] = () => fine(known(changes))
  const phone = await open('receipt', county, storage)
  await phone.see('不用登录')
  phone.type('#receipt-typed', '1234 5678 9012 3456')
  phone.tap('#receipt-go')
  await phone.see('610528-26-000009')
  return phone
}

test('a receipt is looked up without any log-in, and tells days, never hours', async () => {
  const county = new County()
  const phone = await look(county)
  assert.deepEqual(county.others.map((one) => [one.endpoint, one.header]), [['POST /anon/receipt', {}]])
  assert.deepEqual(county.others[0].data, { code: CODE })
  for (const words of ['已答复', '灯泡换好了', '11月24日', '村口路灯不亮']) assert.ok(phone.text().includes(words), words)
  assert.ok(!/\d:\d\d/.test(phone.text()))
})

test('a receipt with a digit missing is not sent', async () => {
  const county = new County()
  const phone = await open('receipt', county)
  await phone.see('不用登录')
  phone.type('#receipt-typed', '1234')
  phone.tap('#receipt-go')
  await phone.see('回执是 16 个数字')
  assert.deepEqual(county.others, [])
})

test('a receipt nobody knows, or too many tries, end in the server\'s sentence', async () => {
  for (const [status, code, words] of [[404, 'receipt_unknown', '没查到这个回执，刚交的要过一到三夜'], [429, 'too_many', '查得太快了']]) {
    const county = new County({ 'POST /anon/receipt': () => error(status, code, words) })
    const phone = await open('receipt', county)
    await phone.see('不用登录')
    phone.type('#receipt-typed', CODE)
    phone.tap('#receipt-go')
    await phone.see(words)
  }
})

test('what may be said decides what is offered', async () => {
  const all = ['#receipt-verdict', '#receipt-reopen-go', '#receipt-message-go']
  for (const [may, shown] of [[['verdict'], [all[0]]], [['reopen'], [all[1]]], [['message'], [all[2]]], [['reopen', 'message'], [all[1], all[2]]], [[], []]]) {
    const phone = await look(new County(), { may })
    assert.deepEqual(all.filter((one) => phone.all(one).length), shown, may.join())
  }
})

test('the last word is sent sealed from the phone, and said to arrive by night', async () => {
  const county = new County()
  const phone = await look(county, { may: ['verdict'] }, copy())
  phone.tap('#verdict-partly')
  phone.tap('#level-2')
  phone.type('#receipt-words', '还差一盏')
  phone.tap('#receipt-verdict-go')
  await phone.see('夜里才送到')
  const [{ data, header }] = county.requests('POST /anon/receipt/word')
  assert.deepEqual(header, {})
  assert.deepEqual([data.code, wordOf(data)], [CODE, { kind: 'verdict', answer: 'partly', level: 2, words: '还差一盏' }])
  assert.equal(Buffer.from(data.id, 'base64url').length, 16)
})

for (const [kind, button, missing] of [['message', '#receipt-message-go', '请写几个字'], ['reopen', '#receipt-reopen-go', '请说说哪里还没解决']]) {
  test(`a ${kind} needs words, waits without a signal, and is sent until it lies safe`, async () => {
    const county = new County()
    const storage = copy()
    const phone = await look(county, { may: [kind] }, storage)
    phone.tap(button)
    await phone.see(missing)
    phone.type('#receipt-words', '还是不亮')
    phone.setOnline(false)
    phone.tap(button)
    await phone.see('还没传出去')
    phone.setOnline(true)
    const words = () => county.requests('POST /anon/receipt/word')
    await phone.until(() => words().length === 1)
    county.crash()
    await openApp({ path: 'pages/survey/index', device: county.device({ storage }) })
    await phone.until(() => words().length === 2)
    await lieSafe(county, storage)
    assert.deepEqual(words()[1].data, words()[0].data)
    assert.deepEqual(wordOf(words()[0].data), { kind, words: '还是不亮' })
  })
}

test('a word that is refused keeps what was written', async () => {
  const county = new County({ 'POST /anon/receipt/word': () => error(409, 'moved', '这件事刚才变了，请再看一遍') })
  const phone = await look(county, { may: ['message'] }, copy())
  phone.type('#receipt-words', '补一句')
  phone.tap('#receipt-message-go')
  await phone.see('这件事刚才变了')
  assert.equal(phone.data.words, '补一句')
})
