'use strict'
/** The gates a mini-program passes before WeChat sees it; each says what it found. */
const path = require('node:path')
const { checkMarkup, checkStyles } = require('./wechat_compilers')
const { checkTypes } = require('./types')
const { checkSize } = require('./sizes')
const { checkAnonymous } = require('./anonymous')

const APP = path.join(__dirname, '..', 'app')

const GATES = [
  ['WXML 与 WXS(wcc)', checkMarkup],
  ['WXSS(wcsc)', checkStyles],
  ['类型（tsc）', checkTypes],
  ['包的大小', checkSize],
  ['匿名不认人', checkAnonymous],
]

/** @returns {boolean} whether all gates were passed */
function lint(root = APP) {
  let isFine = true
  for (const [name, gate] of GATES) {
    const { problems, note } = gate(root)
    console.log(`${problems.length ? '✗' : '✓'} ${name}${note ? `:${note}` : ''}`)
    problems.forEach((problem) => console.log(`  ${problem}`))
    if (problems.length) isFine = false
  }
  return isFine
}

module.exports = { lint }

if (require.main === module) process.exitCode = lint() ? 0 : 1
