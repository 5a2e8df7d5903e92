'use strict'
/** Bundles app/ unmodified; esbuild keeps each page and component a lazy module. */
const path = require('node:path')
const esbuild = require('esbuild')
const { readApp } = require('./graph')
const { compileTemplates } = require('./templates')
const { compileStyles, scopeOf } = require('./styles')

/** Source of the module that hands the whole app to the runtime. */
function describeApp(root) {
  const { config, theme, entries } = readApp(root)
  const file = (name) => JSON.stringify(path.join(root, name))
  const lines = [...entries].map(([route, { json, isPage }]) => {
    const facts = JSON.stringify({ json, isPage, scope: scopeOf(route) })
    return `${JSON.stringify(route)}: {...${facts}, load: () => require(${file(`${route}.js`)})}`
  })
  return [
    `exports.config = ${JSON.stringify(config)}`,
    `exports.theme = ${JSON.stringify(theme)}`,
    `exports.entries = {${lines.join(',\n')}}`,
    `exports.loadApp = () => require(${file('app.js')})`,
    `exports.templates = (plainEvent) => { ${compileTemplates(root, [...entries.keys()])} }`,
  ].join('\n')
}

const appPlugin = (root) => ({
  name: 'mini-program',
  setup(build) {
    build.onResolve({ filter: /^mini-program$/ }, () => ({ path: root, namespace: 'mini-program' }))
    build.onLoad({ filter: /.*/, namespace: 'mini-program' }, () => ({
      contents: describeApp(root), loader: 'js', resolveDir: root,
    }))
  },
})

const compileAllStyles = (root) =>
  ['app', ...readApp(root).entries.keys()].map((route) => compileStyles(root, route)).join('\n')

/** @returns {Promise<string>} an expression-free script that sets `miniProgram` (for Node) */
async function bundleForNode(root) {
  const result = await esbuild.build({
    stdin: { contents: 'module.exports = require("mini-program")', resolveDir: root },
    plugins: [appPlugin(root)],
    bundle: true, write: false, format: 'iife', globalName: 'miniProgram', charset: 'utf8', target: 'es2020',
  })
  return result.outputFiles[0].text
}

/** @returns {Promise<string>} the browser script: runtime, frame and app in one file */
async function bundleForBrowser(root, entry) {
  const result = await esbuild.build({
    entryPoints: [entry],
    plugins: [appPlugin(root)],
    bundle: true, write: false, format: 'iife', charset: 'utf8', minify: true, target: 'es2020',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return result.outputFiles[0].text
}

module.exports = { bundleForNode, bundleForBrowser, compileAllStyles }
