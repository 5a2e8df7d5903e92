'use strict'
/** Compiles WXML and WXS of all entries into one JavaScript expression. */
const fs = require('node:fs')
const path = require('node:path')
const { TmplGroup } = require('glass-easel-template-compiler')

/** Hands listeners plain event objects, as WeChat does; `plainEvent` is given by the runtime. */
const EVENT_WRAPPER = 'Q.C=function(host,event,listener){listener.call(host,plainEvent(event))};'

/** WXS names required files with their ending, the compiler without. */
function readScript(root, name) {
  const source = fs.readFileSync(path.join(root, `${name}.wxs`), 'utf8')
  if (/\.constructor\b/.test(source)) throw new Error(`${name}.wxs: 预览不支持 .constructor`)
  return source.replace(/(require\(\s*['"][^'"]+)\.wxs(['"]\s*\))/g, '$1$2')
}

/** @returns {string} source of a function body that returns the template group */
function compileTemplates(root, routes) {
  const group = new TmplGroup()
  group.setExtraRuntimeScript(EVENT_WRAPPER)
  const templates = new Set()
  const scripts = new Set()
  const addScript = (name) => {
    if (scripts.has(name)) return
    scripts.add(name)
    const source = readScript(root, name)
    group.addScript(name, source)
    for (const found of source.matchAll(/require\(\s*['"]([^'"]+)['"]\s*\)/g)) {
      addScript(path.posix.join(path.posix.dirname(name), found[1]))
    }
  }
  const addTemplate = (name) => {
    if (templates.has(name)) return
    templates.add(name)
    const warnings = group.addTmpl(name, fs.readFileSync(path.join(root, `${name}.wxml`), 'utf8'))
    const problems = Array.from(warnings || [])
    if (problems.length) {
      throw new Error(problems.map((one) => `${name}.wxml:${one.startLine + 1} ${one.message}`).join('\n'))
    }
    group.getDirectDependencies(name).forEach(addTemplate)
    group.getScriptDependencies(name).forEach(addScript)
  }
  routes.forEach(addTemplate)
  const expression = group.getTmplGenObjectGroups()
  group.free()
  return `return ${expression}`
}

module.exports = { compileTemplates }
