/**
 * What the county answered a moment ago, in memory alone: nothing is fetched again within a minute,
 * and later only when it changed. Whatever is written makes all of it old.
 */
const FRESH_MS = 60000

/** @typedef {{data: any, etag: string, at: number}} Answer */
/** @type {Map<string, Answer>} */
const held = new Map()

const copyOf = (/** @type {any} */ data) => JSON.parse(JSON.stringify(data))
/** @param {Record<string, string>|undefined} header names come in any letters */
const etagOf = (header) => {
  const name = Object.keys(header || {}).find((one) => one.toLowerCase() === 'etag')
  return name && header ? header[name] : ''
}

/** @param {string} name */
const isFresh = (name) => {
  const answer = held.get(name)
  return Boolean(answer && Date.now() - answer.at < FRESH_MS)
}

/** @param {string} name */
const recall = (name) => copyOf(/** @type {Answer} */ (held.get(name)).data)

/** @param {string} name @returns {Record<string, string>} asks for a change only */
const condition = (name) => {
  const answer = held.get(name)
  return answer && answer.etag ? { 'If-None-Match': answer.etag } : {}
}

/** @param {string} name @param {{statusCode: number, data: any, header?: Record<string, string>}} answer @returns {any} its data */
const note = (name, { statusCode, data, header }) => {
  const before = held.get(name)
  if (statusCode === 304 && before) held.set(name, { ...before, at: Date.now() })
  else held.set(name, { data, etag: etagOf(header), at: Date.now() })
  return recall(name)
}

const forgetAll = () => held.clear()

module.exports = { isFresh, recall, condition, note, forgetAll }
