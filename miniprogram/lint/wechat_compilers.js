'use strict'
/** WeChat's own compilers, as far as they run on this machine. */
const fs = require('node:fs')
const path = require('node:path')
const { spawnSync } = require('node:child_process')

const FOLDERS = { linux: 'linux', darwin: 'mac', win32: 'windows' }
const ROOM = 64 * 1024 * 1024

/** Path of a compiler, made executable; null where none was published. */
function findCompiler(name) {
  const folder = FOLDERS[process.platform]
  if (!folder || (process.platform === 'linux' && process.arch !== 'x64')) return null
  const home = path.dirname(require.resolve('miniprogram-compiler/package.json'))
  const file = path.join(home, 'bin', folder, name + (folder === 'windows' ? '.exe' : ''))
  if (!fs.existsSync(file)) return null
  fs.chmodSync(file, 0o755)
  return file
}

const listFiles = (root, ending) =>
  fs.readdirSync(root, { recursive: true })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith(ending))

function compile(name, root, makeArguments) {
  const compiler = findCompiler(name)
  if (!compiler) return { problems: [], note: `没有给 ${process.platform} ${process.arch} 的 ${name}，跳过` }
  const { given, count } = makeArguments()
  const result = spawnSync(compiler, given, { cwd: root, maxBuffer: ROOM, encoding: 'utf8' })
  if (result.error) return { problems: [result.error.message] }
  const said = result.stderr.trim()
  const problems = result.status === 0 && !/\berror\b/i.test(said) ? [] : said.split('\n')
  return { problems, note: `${count} 个文件` }
}

/** The components each file uses, in the form wcc wants them. */
function describeComponents(root, files) {
  const using = files
    .map((file) => [file, path.join(root, file.replace(/\.wxml$/, '.json'))])
    .filter(([, json]) => fs.existsSync(json))
    .map(([file, json]) => [file, Object.keys(JSON.parse(fs.readFileSync(json, 'utf8')).usingComponents || {})])
    .filter(([, tags]) => tags.length)
  return [using.length, ...using.flatMap(([file, tags]) => [file, tags.length, ...tags])].join(' ')
}

const checkMarkup = (root) => compile('wcc', root, () => {
  const files = listFiles(root, '.wxml')
  const scripts = listFiles(root, '.wxs')
  const given = ['-d', '-cc', describeComponents(root, files), ...files, ...scripts, '-gn', '$gwx']
  return { given, count: files.length + scripts.length }
})

const checkStyles = (root) => compile('wcsc', root, () => {
  const files = listFiles(root, '.wxss')
  return { given: ['-db', '-pc', '0', ...files], count: files.length }
})

module.exports = { checkMarkup, checkStyles }
