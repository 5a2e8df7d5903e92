'use strict'
/** Writes preview/dist: static files that show the mini-program in a phone frame. */
const fs = require('node:fs')
const path = require('node:path')
const { bundleForBrowser, compileAllStyles } = require('./compiler/bundle')

const APP = path.join(__dirname, '..', 'app')
const FRAME = path.join(__dirname, 'frame')

/** Builds into `target` and returns the size of each file in bytes. */
async function build(target = path.join(__dirname, 'dist'), root = APP) {
  const files = {
    'preview.js': await bundleForBrowser(root, path.join(FRAME, 'index.js')),
    'preview.css': [
      fs.readFileSync(path.join(FRAME, 'screen.css'), 'utf8'),
      fs.readFileSync(path.join(FRAME, 'frame.css'), 'utf8'),
      fs.readFileSync(path.join(__dirname, 'runtime', 'builtins.css'), 'utf8'),
      compileAllStyles(root),
    ].join('\n'),
    'index.html': fs.readFileSync(path.join(FRAME, 'index.html'), 'utf8'),
  }
  fs.mkdirSync(target, { recursive: true })
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(target, name), text)
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.byteLength(text)]))
}

module.exports = { build }

if (require.main === module) {
  build().then((sizes) => {
    for (const [name, bytes] of Object.entries(sizes)) console.log(`${name} ${(bytes / 1024).toFixed(0)} KB`)
  }).catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
