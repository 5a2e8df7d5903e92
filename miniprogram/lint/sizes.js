'use strict'
/** One package under 1.5 MB of WeChat's 2 MB: a subpackage not opened before fails without a signal. */
const fs = require('node:fs')
const path = require('node:path')

const LIMIT = 1.5 * 1024 * 1024

const kilobytes = (bytes) => `${Math.ceil(bytes / 1024)} KB`

/** @returns {number} bytes of all files of the package */
const measure = (root) =>
  fs.readdirSync(root, { recursive: true })
    .map((name) => fs.statSync(path.join(root, name)))
    .filter((stat) => stat.isFile())
    .reduce((sum, stat) => sum + stat.size, 0)

function checkSize(root) {
  const bytes = measure(root)
  const problems = bytes < LIMIT ? [] : [`主包 ${kilobytes(bytes)}，要小于 ${kilobytes(LIMIT)}`]
  return { problems, note: `主包 ${kilobytes(bytes)}` }
}

module.exports = { checkSize }
