'use strict'
/** Reads app.json and follows usingComponents to every page and component of a mini-program. */
const fs = require('node:fs')
const path = require('node:path')

const readJson = (file) => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {})

/** All page routes, the main package first. */
function pageRoutes(config) {
  const packages = config.subPackages || config.subpackages || []
  const nested = packages.flatMap((one) => one.pages.map((page) => path.posix.join(one.root, page)))
  return [...config.pages, ...nested]
}

const resolveFrom = (owner, target) =>
  target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(owner), target)

/** @returns {{config: object, theme: object, entries: Map<string, {json: object, isPage: boolean}>}} */
function readApp(root) {
  const config = readJson(path.join(root, 'app.json'))
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
  pageRoutes(config).forEach((route) => visit(route, true))
  const theme = config.themeLocation ? readJson(path.join(root, config.themeLocation)) : {}
  return { config, theme, entries }
}

module.exports = { readApp, pageRoutes }
