'use strict'
/** Reads app.json and follows usingComponents to every page and component of a mini-program. */
const fs = require('node:fs')
const path = require('node:path')

const readJson = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {})

const resolveFrom = (owner, target) =>
  target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(owner), target)

/** @returns {{config: object, theme: object, entries: Map<string, {json: object, isPage: boolean}>}} */
function readApp(root) {
  const config = readJson(path.join(root, 'app.json'))
  if (config.subPackages || config.subpackages) throw new Error('app.json 不能分包：没打开过的分包在没信号时打不开')
  const entries = new Map()
  const visit = (route, isPage) => {
    if (entries.has(route)) return
    if (!fs.existsSync(path.join(root, `${route}.wxml`))) throw new Error(`${route}.wxml 不存在`)
    const json = readJson(path.join(root, `${route}.json`))
    entries.set(route, { json, isPage })
    const using = { ...config.usingComponents, ...json.usingComponents }
    json.usingComponents = {}
    for (const [tag, target] of Object.entries(using)) {
      const component = resolveFrom(route, target)
      json.usingComponents[tag] = `/${component}`
      visit(component, false)
    }
  }
  config.pages.forEach((route) => visit(route, true))
  const theme = config.themeLocation ? readJson(path.join(root, config.themeLocation)) : {}
  return { config, theme, entries }
}

module.exports = { readApp }
