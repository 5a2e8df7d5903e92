'use strict'
/** WeChat's own tools, as far as they run without its servers: settings, build, quality, every component drawn. */
const path = require('node:path')
const { buildProblems } = require('./build')
const { componentProblems } = require('./components')

const PROJECT = path.join(__dirname, '..', '..')

const GATES = [
  ['微信编译与代码质量（miniprogram-ci）', () => buildProblems(PROJECT)],
  ['每个组件画得出来（miniprogram-simulate）', () => componentProblems(path.join(PROJECT, 'app'))],
]

/** @returns {Promise<boolean>} whether all gates were passed */
async function lint() {
  let isFine = true
  for (const [name, gate] of GATES) {
    const { problems, note } = await gate()
    console.log(`${problems.length ? '✗' : '✓'} ${name}：${note}`)
    problems.forEach((problem) => console.log(`  ${problem}`))
    if (problems.length) isFine = false
  }
  return isFine
}

// The tools leave workers and timers behind.
lint().then((isFine) => process.exit(isFine ? 0 : 1), (error) => {
  console.error(error)
  process.exit(1)
})
