'use strict'
/** The `wx` object: WeChat's calls, answered by the phone's device. */
const { network } = require('./network')
const { storage } = require('./storage')
const { device } = require('./device')
const { screen } = require('./screen')

/** Turns an async function into WeChat's style: promise, or success/fail/complete callbacks. */
const wrap = (name, act) => (options = {}) => {
  const hasCallback = options.success || options.fail || options.complete
  const promise = Promise.resolve().then(() => act(options)).then(
    (result) => ({ errMsg: `${name}:ok`, ...result }),
    (error) => Promise.reject({ errno: error.errno, errMsg: `${name}:fail ${error.message || error.errMsg || ''}`.trim() }),
  )
  if (!hasCallback) return promise
  const settle = (callback) => (result) => {
    if (callback) callback(result)
    if (options.complete) options.complete(result)
  }
  promise.then(settle(options.success), settle(options.fail))
  return undefined
}

const wrapAll = (calls) => Object.fromEntries(Object.entries(calls).map(([name, act]) => [name, wrap(name, act)]))

/** Builds the object for one phone. */
function createWx(phone) {
  const parts = [network, storage, device, screen].map((part) => part(phone))
  return Object.assign({}, ...parts.flatMap((part) => [wrapAll(part.calls), part.direct || {}]))
}

module.exports = { createWx }
