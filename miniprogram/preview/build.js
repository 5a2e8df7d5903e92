'use strict'
/** Writes preview/dist: static files that show the mini-program in a phone frame. */
const fs = require('node:fs')
const path = require('node:path')
const { bundleForBrowser, compileAllStyles } = require('./compiler/bundle')
const { writeFiles, runBuild } = require('./compiler/output')

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
  return writeFiles(target, files)
}

module.exports = { build }

if (require.main === module) runBuild(build)
