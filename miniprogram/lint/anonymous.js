'use strict'
/**
 * What leaves the phone without a name must not know one: no anonymous module may reach the
 * session, not even through others, and none may ask WeChat who somebody is.
 */
const fs = require('node:fs')
const path = require('node:path')

const ROOTS = [/^core\/(anonymous\/(anonymous|envelope|receipt|survey|key_file)\w*|send\/open_file|ui\/survey_results)\.js$/, /^pages\/(anonymous|survey)\//]
const FORBIDDEN_FILES = ['core/send/session.js', 'core/send/request.js', 'core/send/upload.js', 'core/ui/page.js']
const FORBIDDEN_WORDS = [
  /\bwx\s*\.\s*(login|cloud|getUserProfile|getUserInfo|getUserCryptoManager|requestSubscribeMessage|uploadFile|checkSession)\b/,
  /\bcallContainer\b/, /\bAuthorization\b/, /\bopenid\b/i, /\bgetPhoneNumber\b/,
]

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1')

/** The files a file names, as far as they are ours. */
function neighbours(root, name) {
  const text = withoutComments(fs.readFileSync(path.join(root, name), 'utf8'))
  const asked = [...text.matchAll(/\brequire\(\s*['"](\.[^'"]+)['"]\s*\)/g)].map(([, one]) => path.posix.join(path.posix.dirname(name), one))
  const json = path.join(root, name.replace(/\.js$/, '.json'))
  const used = fs.existsSync(json) ? Object.values(JSON.parse(fs.readFileSync(json, 'utf8')).usingComponents || {}) : []
  return asked.concat(used.map((one) => one.replace(/^\//, '')))
    .map((one) => [one, `${one}.js`, `${one}/index.js`].find((file) => file.endsWith('.js') && fs.existsSync(path.join(root, file))))
    .filter(Boolean)
}

/** Everything that runs when this file does, with the way it was reached. */
function reach(root, start) {
  const ways = new Map([[start, [start]]])
  for (const [name, way] of ways) {
    for (const next of neighbours(root, name)) if (!ways.has(next)) ways.set(next, [...way, next])
  }
  return ways
}

const faultOf = (root, name) => {
  const text = withoutComments(fs.readFileSync(path.join(root, name), 'utf8'))
  return FORBIDDEN_WORDS.map((one) => text.match(one)).filter(Boolean).map(([found]) => found)
}

function checkAnonymous(root) {
  const starts = fs.readdirSync(root, { recursive: true })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.js') && ROOTS.some((one) => one.test(name)))
  const problems = new Set()
  for (const start of starts) {
    for (const [name, way] of reach(root, start)) {
      if (FORBIDDEN_FILES.includes(name)) problems.add(`${way.join(' → ')}：匿名的代码不许认人`)
      else for (const word of faultOf(root, name)) problems.add(`${name}：匿名的代码里不许有 ${word}`)
    }
  }
  return { problems: [...problems], note: `${starts.length} 个文件` }
}

module.exports = { checkAnonymous }
