'use strict'
const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')
const { compileStyles } = require('../../../miniprogram/preview/compiler/styles')

const FIXTURE = path.join(__dirname, '..', 'fixture-app')

/** A style sheet in a folder of its own, compiled. */
function compileText(text, route = 'components/x/index') {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'styles-'))
  fs.mkdirSync(path.dirname(path.join(root, `${route}.wxss`)), { recursive: true })
  fs.writeFileSync(path.join(root, `${route}.wxss`), text)
  try {
    return compileStyles(root, route)
  } finally {
    fs.rmSync(root, { recursive: true })
  }
}

test('imports are put in place and the page tag is mapped', () => {
  const css = compileStyles(FIXTURE, 'app')
  assert.ok(css.includes('wx-page { --ink: #111111; }'))
  assert.ok(!css.includes('@import'))
})

test('rpx follows the width of the phone', () => {
  assert.ok(compileStyles(FIXTURE, 'app').includes('calc(750 * var(--rpx))'))
})

test('class names belong to their component', () => {
  assert.ok(compileStyles(FIXTURE, 'pages/first/index').includes('.pages_first_index--title'))
})

test(':host is the component itself', () => {
  assert.ok(compileStyles(FIXTURE, 'components/card/index').includes('[wx-host=components_card_index]'))
})

test('dark mode follows the switch of the frame', () => {
  const css = compileStyles(FIXTURE, 'app')
  assert.ok(css.includes(':root[data-theme="dark"] wx-page'))
  assert.ok(!css.includes('prefers-color-scheme'))
})

test('pictures inside a style sheet are left alone', () => {
  const picture = "url(\"data:image/svg+xml,%3Csvg d='M1 2vh'/%3E\")"
  assert.ok(compileText(`.a { background: ${picture}; }`).includes(picture))
})

test('animation steps are no selectors', () => {
  assert.ok(compileText('@keyframes k { 0% { top: 1px; } to { top: 0; } }').includes('0% { top: 1px; }'))
})

test('a tag in the style of a component is refused by name', () => {
  assert.throws(() => compileText('view { color: red; }'), /请用类名，不用 view/)
})
