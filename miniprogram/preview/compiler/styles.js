'use strict'
/** Turns WXSS into CSS: imports inlined, rpx and viewport units replaced, selectors scoped. */
const fs = require('node:fs')
const path = require('node:path')
const postcss = require('postcss')
const selectorParser = require('postcss-selector-parser')

const scopeOf = (route) => route.replace(/\//g, '_')
const DARK = /^\(\s*prefers-color-scheme:\s*dark\s*\)$/
const HTML_PARTS = new Set(['from', 'to'])

/** Reads a style sheet with its imports put in place. */
function readStyles(file, seen = new Set()) {
  if (!fs.existsSync(file) || seen.has(file)) return postcss.root()
  seen.add(file)
  const sheet = postcss.parse(fs.readFileSync(file, 'utf8'), { from: file })
  sheet.walkAtRules('import', (rule) => {
    const target = rule.params.replace(/['"]/g, '')
    rule.replaceWith(readStyles(path.resolve(path.dirname(file), target), seen).nodes)
  })
  return sheet
}

const convertUnits = (value) =>
  value
    .replace(/(-?[\d.]+)rpx\b/g, 'calc($1 * var(--rpx))')
    .replace(/(-?[\d.]+)vh\b/g, 'calc($1 * var(--vh))')
    .replace(/(-?[\d.]+)vw\b/g, 'calc($1 * var(--vw))')

/** Scopes class names and maps tags to the elements of the preview. */
function scopeSelector(selector, scope, file) {
  return selectorParser((root) => {
    root.walkClasses((node) => {
      if (scope) node.value = `${scope}--${node.value}`
    })
    root.walkTags((node) => {
      if (HTML_PARTS.has(node.value)) return
      if (scope && node.value !== 'page') throw new Error(`${file}: 组件样式请用类名，不用 ${node.value}`)
      node.value = `wx-${node.value}`
    })
    root.walkPseudos((node) => {
      if (node.value === ':host') node.replaceWith(selectorParser.attribute({
        attribute: 'wx-host', operator: '=', value: scope, quoteMark: '"', raws: {},
      }))
    })
  }).processSync(selector)
}

const inKeyframes = (rule) => rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)

/** @returns {string} CSS of one entry, or of app.wxss when `route` is 'app' */
function compileStyles(root, route) {
  const scope = route === 'app' ? '' : scopeOf(route)
  const sheet = readStyles(path.join(root, `${route}.wxss`))
  sheet.walkDecls((decl) => {
    if (!/url\(/.test(decl.value)) decl.value = convertUnits(decl.value)
  })
  sheet.walkRules((rule) => {
    if (!inKeyframes(rule)) rule.selector = scopeSelector(rule.selector, scope, `${route}.wxss`)
  })
  sheet.walkAtRules('media', (rule) => {
    if (!DARK.test(rule.params)) return
    rule.walkRules((inner) => {
      inner.selectors = inner.selectors.map((one) => `:root[data-theme="dark"] ${one}`)
    })
    rule.replaceWith(rule.nodes)
  })
  return sheet.toString()
}

module.exports = { compileStyles, scopeOf }
