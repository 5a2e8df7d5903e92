'use strict'
/** Reads app.json and follows usingComponents to every page and component of a mini-program. */
const fs = require('node:fs')
const path = require('node:path')
const { appProblems, unknownTags } = require('./wechat_rules')
const { BUILTINS } = require('../runtime/builtins')

const readJson = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {})

const resolveFrom = (owner, target) =>
  target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(owner), target)

/** @returns {{config: object, theme: object, entries: Map<string, {json: object, isPage: boolean}>}} */
function readApp(root) {
  const config = readJson(path.join(root, 'app.json'))
  const [problem] = appProblems(config)
  if (problem) throw new Error(`app.json ${problem}`)
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
    const known = new Set([...BUILTINS, ...Object.keys(using)])
    const [tag] = unknownTags(fs.readFileSync(path.join(root, `${route}.wxml`), 'utf8'), known)
    if (tag) throw new Error(`${route}.wxml 没有 ${tag} 这个组件`)
  }
  config.pages.forEach((route) => visit(route, true))
  if (config.tabBar && config.tabBar.custom) visit('custom-tab-bar/index', false)
  const theme = config.themeLocation ? readJson(path.join(root, config.themeLocation)) : {}
  return { config, theme, entries }
}

module.exports = { readApp }
