'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { before, after, test } = require('node:test')
const { build } = require('../../../miniprogram/h5/build')

const target = fs.mkdtempSync(path.join(os.tmpdir(), 'h5-dist-'))
const files = () => fs.readdirSync(target, { recursive: true }).filter((name) => fs.statSync(path.join(target, name)).isFile())
const read = (name) => fs.readFileSync(path.join(target, name), 'utf8')
const script = () => read(files().find((name) => /^assets\/app\..*js$/.test(name)))

before(() => build(target))
after(() => fs.rmSync(target, { recursive: true }))

test('assets carry a digest in their names, and the page names them', () => {
  for (const [stem, ending] of [['app', 'js'], ['app', 'css'], ['reader', 'js']]) {
    const name = files().find((one) => new RegExp(`^assets/${stem}\\.[0-9a-f]{12}\\.${ending}$`).test(one))
    assert.ok(name, `${stem}.${ending}`)
    assert.ok(read('index.html').includes(`/m/${name}`), name)
    assert.ok(read('sw.js').includes(`/m/${name}`), name)
  }
})

test('no word of any file promises that nobody can find out', () => {
  for (const name of files()) assert.ok(!read(name).includes('谁也查不到'), name)
})

test('ballots and anonymous letters cannot leave it', () => {
  assert.ok(!script().includes('/ballots'), 'no ballot is asked for')
  assert.ok(!/powmod|modPow|\.anonymousHost\)?\(/i.test(script()), 'nothing is blinded or sent unnamed')
  assert.equal(script().match(/问卷和匿名诉求，请在微信里办/g).length, 4)
})

test('home sends whoever would answer the survey to WeChat or to paper', () => {
  assert.ok(script().includes('请在微信里答，也可到村里填纸票'))
  assert.ok(!script().includes('还没取到问卷'), 'nothing says that questions are on their way')
})

test('the page has no inline script, handler, style or foreign address', () => {
  const page = read('index.html')
  assert.ok(!/<script(?![^>]*src=)/.test(page))
  assert.ok(!/\son[a-z]+=|style=/.test(page))
  assert.ok(!/(src|href)="(https?:)?\/\//.test(page))
})

test('the scripts run without eval, and the reader of codes comes only when it is needed', () => {
  for (const name of files().filter((one) => one.endsWith('.js'))) assert.ok(!/\bnew Function\(|\beval\(/.test(read(name)), name)
  assert.ok(!read('index.html').includes('<script src="/m/assets/reader'))
})

test('it can be installed', () => {
  const manifest = JSON.parse(read('manifest.webmanifest'))
  assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ['/m/', '/m/', 'standalone'])
  assert.ok(files().includes('icon.svg'))
})

test('nobody of a demo stands in it', () => {
  for (const word of ['people.json', 'posters.json', 'vp-person']) assert.ok(!script().includes(word), word)
})
