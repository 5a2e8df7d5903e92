'use strict'
/** Type-checks the plain JavaScript against WeChat's own typings. */
const path = require('node:path')
const ts = require('typescript')

const CONFIG = path.join(__dirname, '..', 'tsconfig.json')

/** The project's settings hold; only the folder looked at may be another one. */
function checkTypes(root) {
  const { config } = ts.readConfigFile(CONFIG, ts.sys.readFile)
  const home = path.dirname(CONFIG)
  const include = [path.join(root, '**', '*.js')]
  const parsed = ts.parseJsonConfigFileContent({ ...config, include }, ts.sys, home)
  const program = ts.createProgram(parsed.fileNames, parsed.options)
  const problems = ts.getPreEmitDiagnostics(program).map((found) => {
    const words = ts.flattenDiagnosticMessageText(found.messageText, '\n')
    if (!found.file) return words
    const { line } = found.file.getLineAndCharacterOfPosition(found.start)
    return `${path.relative(root, found.file.fileName)}:${line + 1} ${words}`
  })
  return { problems, note: `${parsed.fileNames.length} 个文件` }
}

module.exports = { checkTypes }
