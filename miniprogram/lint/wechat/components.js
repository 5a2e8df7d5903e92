'use strict'
/** miniprogram-simulate draws every component with WeChat's own compiler and exparser, not with the preview's glass-easel. */
const fs = require('node:fs')
const path = require('node:path')
const { JSDOM } = require('jsdom')

const NAMES = ['document', 'Event', 'CustomEvent', 'Element', 'HTMLElement', 'Node', 'MutationObserver']

/** The tool expects a browser's names in the air. */
function openWindow() {
  const { window } = new JSDOM('<!doctype html><body></body>')
  global.window = window
  NAMES.forEach((name) => { global[name] = window[name] })
}

/** @param {string} root of the app */
function componentProblems(root) {
  openWindow()
  const simulate = require('miniprogram-simulate')
  const names = fs.readdirSync(path.join(root, 'components'))
  const problems = []
  for (const name of names) {
    try {
      const id = simulate.load(path.join(root, 'components', name, 'index'), { rootPath: root, compiler: 'official', less: false })
      simulate.render(id, {}).attach(document.createElement('div'))
    } catch (error) {
      problems.push(`${name}：${error.message}`)
    }
  }
  return { problems, note: `${names.length} 个` }
}

module.exports = { componentProblems }
