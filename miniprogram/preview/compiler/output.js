'use strict'
/** How every build ends: files in a fresh folder, and their sizes told. */
const fs = require('node:fs')
const path = require('node:path')

/** Replaces `target` by these files. @param {Record<string, string>} files @returns the size of each in bytes */
function writeFiles(target, files) {
  fs.rmSync(target, { recursive: true, force: true })
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(target, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.byteLength(text)]))
}

/** Runs a build from the command line; a fault is told in its own words. @param {() => Promise<Record<string, number>>} build */
async function runBuild(build) {
  try {
    for (const [name, bytes] of Object.entries(await build())) console.log(`${name} ${(bytes / 1024).toFixed(0)} KB`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}

module.exports = { writeFiles, runBuild }
