/** Photos and recordings on their way to the server. */
const { host, apiPath } = require('../../config')
const { fromAnswer, fromFailure } = require('../errors')
const answers = require('./answers')
const session = require('./session')
const { whole } = require('../plain_text')

const PATIENCE_MS = 60000

/** @param {string} text the answer of an upload comes as text */
const parse = (text) => {
  try { return JSON.parse(text) } catch { return {} }
}

/** @param {string} token @param {{path: string, filePath: string, formData: Record<string, any>}} asked */
const uploadAs = (token, { path, filePath, formData }) => new Promise((resolve, reject) => {
  wx.uploadFile({
    url: host + apiPath + path,
    filePath,
    name: 'file',
    formData: whole(formData),
    header: { Authorization: `Bearer ${token}` },
    timeout: PATIENCE_MS,
    success: (answer) => {
      const data = parse(answer.data)
      if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(data)
      else reject(fromAnswer({ statusCode: answer.statusCode, data }))
    },
    fail: (failure) => reject(fromFailure(failure)),
  })
})

/** @param {{path: string, filePath: string, formData: Record<string, any>}} asked @returns {Promise<any>} */
const upload = async (asked) => {
  const token = await session.ensure()
  answers.forgetAll()
  try {
    return await uploadAs(token, asked)
  } catch (error) {
    if (error.status !== 401) throw error
    session.forget(token)
    return uploadAs(await session.ensure(), asked)
  }
}

module.exports = { upload }
