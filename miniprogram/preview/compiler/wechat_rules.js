'use strict'
/** What WeChat refuses and glass-easel would take: wrong settings of the app, and components it does not have. */

/** Only places need a reason in app.json; recording and the album are asked for by WeChat in its own words. */
const PERMISSIONS = new Set(['scope.userLocation', 'scope.userFuzzyLocation', 'scope.userLocationBackground'])
const SETTINGS = new Set([
  'pages', 'entryPagePath', 'window', 'tabBar', 'networkTimeout', 'debug', 'usingComponents', 'permission', 'requiredPrivateInfos',
  'requiredBackgroundModes', 'sitemapLocation', 'style', 'darkmode', 'themeLocation', 'lazyCodeLoading', '__usePrivacyCheck__',
  'resizable', 'embeddedAppIdList', 'convertRpxToVw',
])
const TABS = { least: 2, most: 5 }
const SYNTAX = ['block', 'template', 'import', 'include', 'slot', 'wxs']
const TAG = /<([a-z][a-z0-9-]*)[\s/>]/gi

/** @param {object} config app.json @returns {string[]} what is wrong with it */
function appProblems(config) {
  const problems = []
  if (config.subPackages || config.subpackages) problems.push('不能分包：没打开过的分包在没信号时打不开')
  Object.keys(config).filter((key) => !SETTINGS.has(key) && !/^subpackages$/i.test(key)).forEach((key) => problems.push(`没有 ${key} 这一项`))
  Object.keys(config.permission || {}).filter((key) => !PERMISSIONS.has(key)).forEach((key) => problems.push(`permission 没有 ${key}`))
  const twice = config.pages.filter((page, place) => config.pages.indexOf(page) !== place)
  twice.forEach((page) => problems.push(`${page} 写了两遍`))
  const { list } = config.tabBar || { list: null }
  if (list && (list.length < TABS.least || list.length > TABS.most)) problems.push(`tabBar 要有 ${TABS.least} 到 ${TABS.most} 项`)
  const targets = (list || []).map((tab) => tab.pagePath).concat(config.entryPagePath || [])
  targets.filter((page) => !config.pages.includes(page)).forEach((page) => problems.push(`pages 里没有 ${page}`))
  return problems
}

/** @param {string} markup WXML @param {Set<string>} known tags @returns {string[]} tags that WeChat would leave out without a word */
function unknownTags(markup, known) {
  const tags = Array.from(markup.replace(/<!--[\s\S]*?-->|<wxs[\s\S]*?<\/wxs>/g, '').matchAll(TAG), ([, tag]) => tag)
  return [...new Set(tags)].filter((tag) => !known.has(tag) && !SYNTAX.includes(tag))
}

module.exports = { appProblems, unknownTags }
