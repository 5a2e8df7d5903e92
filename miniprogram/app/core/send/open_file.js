/** Files that are the same for everybody: asked for without saying who asks. */
const { host } = require('../../config')
const { fromAnswer, fromFailure } = require('../errors')
const clock = require('../clock')
const consent = require('../consent')

const PATIENCE_MS = 30000
const FRESH_MS = 60000

/** @param {string} path @param {any} how @returns {Promise<any>} rejects with an ApiError */
const fetchFile = (path, how) => new Promise((resolve, reject) => {
  consent.need()
  wx.request({
    url: host + path,
    method: 'GET',
    timeout: PATIENCE_MS,
    ...how,
    success: (answer) => {
      clock.note(answer.header)
      if (answer.statusCode === 200) resolve(answer.data)
      else reject(fromAnswer(answer))
    },
    fail: (failure) => reject(fromFailure(failure)),
  })
})

/** @param {string} path */
const fetchJson = (path) => fetchFile(path, {})

/** @type {Map<string, {at: number, content: Promise<any>}>} files of a month, by their addresses */
const held = new Map()

/**
 * Not again within a minute, and never with a mark of the file held before: a mark of one's own
 * would tell the server which phone asks. @param {string} path
 */
const fetchOnce = (path) => {
  const before = held.get(path)
  if (before && Date.now() - before.at < FRESH_MS) return before.content
  const content = fetchJson(path)
  held.set(path, { at: Date.now(), content })
  content.catch((error) => { if (error.status !== 404) held.delete(path) })
  return content
}

/** The file as it came, to the last byte. @param {string} path @returns {Promise<Uint8Array>} */
const fetchBytes = async (path) =>
  new Uint8Array(await fetchFile(path, { dataType: 'other', responseType: 'arraybuffer' }))

module.exports = { fetchJson, fetchOnce, fetchBytes }
