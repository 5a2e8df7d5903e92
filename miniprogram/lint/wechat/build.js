'use strict'
/** miniprogram-ci without an account: what WeChat's server would say of the account is given here. */
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const ci = require('miniprogram-ci')

const ACCOUNT = {
  appType: 0, platform: false, gameApp: false, isSandbox: false, released: false,
  setting: {
    MaxCodeSize: 2, MaxSubpackageSubCodeSize: 2, MaxSubpackageFullCodeSize: 30, NavigateMiniprogramLimit: 10,
    MaxSubPackageLimit: 200, MinTabbarCount: 2, MaxTabbarCount: 5, MaxTabbarIconSize: 40,
  },
}
const SETTING = { es6: true, es7: true, minify: true, minifyWXML: true, minifyWXSS: true, autoPrefixWXSS: true }

/** @param {string} projectPath with project.config.json @param {string} privateKeyPath never used: nothing is uploaded */
function openProject(projectPath, privateKeyPath) {
  const project = new ci.Project({ appid: 'wx0000000000000000', type: 'miniProgram', projectPath, privateKeyPath, ignores: [] })
  project.attr = async () => ACCOUNT
  return project
}

/** The theme named in app.json is read, the app compiled as for an upload, and each rule of WeChat's checker held. */
async function check(project) {
  await ci.checkThemeJSON(project, { themeLocation: 'theme.json' })
  const files = await ci.getCompiledResult({ project, version: '0', desc: '', setting: SETTING, onProgressUpdate() {} })
  const bytes = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0)
  const rules = await ci.checkCodeQuality(project)
  const { modules } = await ci.analyseCode(project, { silent: true })
  const problems = rules.filter((rule) => !rule.success).map((rule) => `${rule.name} ${rule.text} ${JSON.stringify(rule.detail || '')}`)
  return { problems, note: `${Math.ceil(bytes / 1024)} KB，${modules.length} 个模块，${rules.length} 条规则` }
}

/** @param {string} projectPath */
async function buildProblems(projectPath) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wechat-'))
  const key = path.join(folder, 'key')
  fs.writeFileSync(key, 'none')
  try {
    return await check(openProject(projectPath, key))
  } catch (error) {
    return { problems: [String(error.message || error)], note: '没编译成' }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

module.exports = { buildProblems }
