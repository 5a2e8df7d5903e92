'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')
const { checkMarkup, checkStyles } = require('../../miniprogram/lint/wechat_compilers')
const { checkTypes } = require('../../miniprogram/lint/types')
const { checkSize } = require('../../miniprogram/lint/sizes')
const { checkAnonymous } = require('../../miniprogram/lint/anonymous')

const APP = path.join(__dirname, '..', '..', 'miniprogram', 'app')
const hasCompilers = process.platform !== 'linux' || process.arch === 'x64'

/** A folder with the given files, gone after the test. */
function folderOf(context, files) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lint-'))
  context.after(() => fs.rmSync(root, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  return root
}

test("the app passes WeChat's own compilers", { skip: !hasCompilers }, () => {
  assert.deepEqual(checkMarkup(APP).problems, [])
  assert.deepEqual(checkStyles(APP).problems, [])
})

test('a tag left open is found', { skip: !hasCompilers }, (context) => {
  const root = folderOf(context, { 'a.wxml': '<view><text></view>' })
  assert.notDeepEqual(checkMarkup(root).problems, [])
})

test('a broken style sheet is found', { skip: !hasCompilers }, (context) => {
  const root = folderOf(context, { 'a.wxss': '.a { color: red; } .b {{' })
  assert.notDeepEqual(checkStyles(root).problems, [])
})

test('a call WeChat does not have is found', (context) => {
  const root = folderOf(context, { 'a.js': 'wx.requestt({ url: "" })\n' })
  assert.match(checkTypes(root).problems.join(), /requestt/)
})

test('a package that grew too big is found', (context) => {
  const root = folderOf(context, {
    'a.js': ' '.repeat(1024 * 1024),
    'b/c.js': ' '.repeat(512 * 1024),
  })
  assert.deepEqual(checkSize(root).problems, ['主包 1536 KB，要小于 1536 KB'])
  assert.deepEqual(checkSize(APP).problems, [])
})

test('T15 anonymous code knows nobody', () => {
  assert.deepEqual(checkAnonymous(APP).problems, [])
})

const FAULTS = {
  'itself': { 'core/anonymous/anonymous.js': "require('../send/session')", 'core/send/session.js': '' },
  'through another file': {
    'core/anonymous/anonymous.js': "require('./a')",
    'core/anonymous/a.js': "const f = () => require('../send/request')",
    'core/send/request.js': '',
  },
  'through a component': {
    'pages/anonymous/index.js': '', 'pages/anonymous/index.json': '{"usingComponents":{"x":"/components/x/index"}}',
    'components/x/index.js': "require('../../core/send/upload')", 'core/send/upload.js': '',
  },
  'by asking WeChat': { 'pages/survey/index.js': 'wx.login({})' },
  'by a header': { 'core/anonymous/anonymous_send.js': 'const header = { Authorization: token }' },
  'through the cloud': { 'core/anonymous/anonymous.js': 'wx.cloud.callContainer({})' },
}

for (const [name, files] of Object.entries(FAULTS)) {
  test(`T15 anonymous code that finds out who it is (${name}) is found`, (context) => {
    assert.notDeepEqual(checkAnonymous(folderOf(context, files)).problems, [])
  })
}

test('T15 a comment is no fault', (context) => {
  assert.deepEqual(checkAnonymous(folderOf(context, { 'core/anonymous/anonymous.js': '/** never wx.login */\n// no Authorization\n' })).problems, [])
})

test('every page and component can be read aloud: what can be tapped has a name', () => {
  const files = fs.readdirSync(APP, { recursive: true }).filter((name) => name.endsWith('.wxml'))
  for (const name of files) {
    const text = fs.readFileSync(path.join(APP, name), 'utf8')
    for (const [tag] of text.matchAll(/<view\b[^>]*\bbindtap=[^>]*>/g)) assert.match(tag, /aria-role=/, `${name}: ${tag}`)
  }
})

test('words on the screen are Chinese', () => {
  const files = fs.readdirSync(APP, { recursive: true }).filter((name) => name.endsWith('.wxml'))
  for (const name of files) {
    const text = fs.readFileSync(path.join(APP, name), 'utf8')
    const shown = text.replace(/\{\{[^}]*\}\}/g, ' ').replace(/<[^>]*>/g, ' ')
    assert.ok(!/[a-z]{2,}/i.test(shown), `${name}: ${shown.match(/[a-z]{2,}/i)}`)
  }
})
