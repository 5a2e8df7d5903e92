'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')
const { build } = require('../../../miniprogram/preview/build')
const { bundleForNode } = require('../../../miniprogram/preview/compiler/bundle')

const FIXTURE = path.join(__dirname, '..', 'fixture-app')

/** A copy of the fixture that a test may spoil. */
function copyFixture(change) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'app-'))
  fs.cpSync(FIXTURE, root, { recursive: true })
  change((name, text) => fs.writeFileSync(path.join(root, name), text))
  return root
}

test('the build writes three files that need nothing from elsewhere', async (context) => {
  const target = fs.mkdtempSync(path.join(os.tmpdir(), 'dist-'))
  context.after(() => fs.rmSync(target, { recursive: true }))
  await build(target)
  assert.deepEqual(fs.readdirSync(target).sort(), ['index.html', 'preview.css', 'preview.js'])
  const page = fs.readFileSync(path.join(target, 'index.html'), 'utf8')
  assert.ok(!/<script(?![^>]*src=)/.test(page), 'no inline script')
  assert.ok(!/\son[a-z]+=|style=/.test(page), 'no inline handler or style')
  assert.ok(!/(src|href)="(https?:)?\/\//.test(page), 'no foreign address')
})

test('the script can run without eval', async (context) => {
  const target = fs.mkdtempSync(path.join(os.tmpdir(), 'dist-'))
  context.after(() => fs.rmSync(target, { recursive: true }))
  await build(target)
  const script = fs.readFileSync(path.join(target, 'preview.js'), 'utf8')
  assert.ok(!/\bnew Function\(|\beval\(/.test(script))
})

test('a mistake in a template names file and line', async () => {
  const root = copyFixture((write) => write('pages/second/index.wxml', '<view>\n<text>\n</view>'))
  await assert.rejects(bundleForNode(root), /pages\/second\/index\.wxml:\d/)
})

test('a component that is not there is named', async () => {
  const root = copyFixture((write) => write('pages/second/index.json', '{"usingComponents":{"x":"/components/gone/index"}}'))
  await assert.rejects(bundleForNode(root), /components\/gone\/index\.wxml 不存在/)
})

const REFUSED = {
  'a subpackage, which fails without a signal': [{ subPackages: [{ root: 'pages/second', pages: ['index'] }] }, /app\.json 不能分包/],
  'a reason for recording, which WeChat does not take': [{ permission: { 'scope.record': { desc: '录音' } } }, /permission 没有 scope\.record/],
  'a setting WeChat does not know': [{ serviceworkers: 'x' }, /app\.json 没有 serviceworkers/],
  'a tab that is no page': [{ tabBar: { list: [{ pagePath: 'pages/first/index' }, { pagePath: 'pages/gone/index' }] } }, /没有 pages\/gone/],
  'a single tab': [{ tabBar: { list: [{ pagePath: 'pages/first/index' }] } }, /2 到 5 项/],
}

for (const [name, [settings, words]] of Object.entries(REFUSED)) {
  test(`${name}, is refused`, async () => {
    const config = { pages: ['pages/first/index'], ...settings }
    const root = copyFixture((write) => write('app.json', JSON.stringify(config)))
    await assert.rejects(bundleForNode(root), words)
  })
}

test('a component that WeChat does not have is refused', async () => {
  const root = copyFixture((write) => write('pages/second/index.wxml', '<view><!-- <b> --><face-fancy /></view>'))
  await assert.rejects(bundleForNode(root), /pages\/second\/index\.wxml 没有 face-fancy 这个组件/)
})
