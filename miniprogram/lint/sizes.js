'use strict'
/** Main package under 1 MB, all together under 4 MB: slow networks wait for every byte. */
const fs = require('node:fs')
const path = require('node:path')

const MEGABYTE = 1024 * 1024
const MAIN_LIMIT = MEGABYTE
const TOTAL_LIMIT = 4 * MEGABYTE

const kilobytes = (bytes) => `${Math.ceil(bytes / 1024)} KB`

/** @returns {Map<string, number>} bytes per package; the main one is named '' */
function measure(root) {
  const config = JSON.parse(fs.readFileSync(path.join(root, 'app.json'), 'utf8'))
  const roots = (config.subPackages || []).map((one) => `${one.root}/`)
  const sizes = new Map([['', 0]])
  for (const name of fs.readdirSync(root, { recursive: true })) {
    const stat = fs.statSync(path.join(root, name))
    if (!stat.isFile()) continue
    const home = roots.find((one) => name.split(path.sep).join('/').startsWith(one)) || ''
    sizes.set(home, (sizes.get(home) || 0) + stat.size)
  }
  return sizes
}

function checkSizes(root) {
  const sizes = measure(root)
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
  const problems = []
  if (sizes.get('') >= MAIN_LIMIT) problems.push(`主包 ${kilobytes(sizes.get(''))}，要小于 ${kilobytes(MAIN_LIMIT)}`)
  if (total >= TOTAL_LIMIT) problems.push(`总共 ${kilobytes(total)}，要小于 ${kilobytes(TOTAL_LIMIT)}`)
  return { problems, note: `主包 ${kilobytes(sizes.get(''))}，总共 ${kilobytes(total)}` }
}

module.exports = { checkSizes, measure }
