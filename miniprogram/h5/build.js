'use strict'
/** Writes h5/dist: the mini-program's files as a web application, with what stands instead of ballots and letters. */
const crypto = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const esbuild = require('esbuild')
const { bundleForBrowser, compileAllStyles } = require('../preview/compiler/bundle')
const { writeFiles, runBuild } = require('../preview/compiler/output')

const APP = path.join(__dirname, '..', 'app')
const PREVIEW = path.join(__dirname, '..', 'preview')
const SHELL = path.join(__dirname, 'shell')
const ICON = path.join(__dirname, '..', '..', 'backend', 'app', 'static', 'icon.svg')
/** The promise holds for a package that was checked and pinned, not for what a server sends at each visit. */
const PROMISE = /(谁[答提说]的，?)?谁也查不到/g
const INSTEAD = '要在微信里办'
const WORDS = new Set(['.wxml', '.js', '.wxs', '.json'])

const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8')

/** Takes the promise out of every word of a folder. */
function withdrawPromise(folder) {
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name)
    if (!WORDS.has(path.extname(name))) continue
    const text = read(file)
    if (text.includes('谁也查不到')) fs.writeFileSync(file, text.replace(PROMISE, INSTEAD))
  }
}

/** What the web application does not have: each of these pages says why, and where it is done. */
const ELSEWHERE = ['pages/survey', 'pages/survey/check', 'pages/anonymous/new', 'pages/anonymous/receipt']

function sendElsewhere(merged, route) {
  const page = path.join(merged, route)
  fs.rmSync(path.join(page, 'index.wxss'), { force: true })
  for (const name of ['index.js', 'index.json', 'index.wxml']) {
    const up = '../'.repeat(route.split('/').length)
    fs.writeFileSync(path.join(page, name), read(__dirname, 'elsewhere', name).replace("require('/", `require('${up}`))
  }
}

/** The app with what stands instead laid over it, as a folder of its own. */
function mergedApp(root) {
  const merged = fs.mkdtempSync(path.join(os.tmpdir(), 'h5-'))
  fs.cpSync(root, merged, { recursive: true })
  withdrawPromise(merged)
  fs.cpSync(path.join(__dirname, 'instead'), merged, { recursive: true })
  ELSEWHERE.forEach((route) => sendElsewhere(merged, route))
  return merged
}

/** The reader of codes, fetched at the first scan by a browser that has none. */
async function bundleReader() {
  const result = await esbuild.build({
    entryPoints: [path.join(PREVIEW, 'frame', 'decode.js')], bundle: true, write: false, format: 'iife',
    globalName: 'villageVoiceReader', charset: 'utf8', minify: true, target: 'es2020',
  })
  return result.outputFiles[0].text
}

const styles = (root) => [
  read(PREVIEW, 'frame', 'screen.css'), read(SHELL, 'shell.css'), read(PREVIEW, 'runtime', 'builtins.css'), compileAllStyles(root),
].join('\n')

/** A name that changes with the content, so that browsers may keep it for good. */
const hashed = (name, text) => {
  const digest = crypto.createHash('sha256').update(text).digest('hex').slice(0, 12)
  const { name: stem, ext } = path.parse(name)
  return `${stem}.${digest}${ext}`
}

/** Builds into `target` and returns the size of each file in bytes. */
async function build(target = path.join(__dirname, 'dist'), root = APP) {
  const merged = mergedApp(root)
  try {
    const assets = {
      script: ['app.js', await bundleForBrowser(merged, path.join(SHELL, 'index.js'))],
      style: ['app.css', styles(merged)],
      reader: ['reader.js', await bundleReader()],
    }
    return write(target, assets)
  } finally {
    fs.rmSync(merged, { recursive: true })
  }
}

function write(target, assets) {
  const names = Object.fromEntries(Object.entries(assets).map(([key, [name, text]]) => [key, hashed(name, text)]))
  const fill = (text) => text.replace(/\{\{(\w+)\}\}/g, (_, key) => names[key])
  const page = fill(read(SHELL, 'index.html'))
  names.version = crypto.createHash('sha256').update(page).digest('hex').slice(0, 12)
  const files = {
    ...Object.fromEntries(Object.entries(assets).map(([key, [, text]]) => [`assets/${names[key]}`, text])),
    'index.html': page,
    'sw.js': fill(read(SHELL, 'sw.js')),
    'manifest.webmanifest': read(SHELL, 'manifest.webmanifest'),
    'icon.svg': read(ICON),
  }
  return writeFiles(target, files)
}

module.exports = { build }

if (require.main === module) runBuild(build)
