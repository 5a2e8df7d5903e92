'use strict'
/** Requests, uploads and the state of the network. */

const NO_NETWORK = 'errcode:-2 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED'
const WAIT_MS = 60000
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

const NOT_LISTED = Object.assign(new Error('url not in domain list'), { errno: 600002 })

/** WeChat talks to the addresses that the county wrote into its list, and to no other. */
function needListed(phone, url) {
  const { hosts } = phone.device
  if (hosts && !hosts().includes(new URL(url).origin)) throw NOT_LISTED
}

/** The exchange itself; what WeChat would refuse is refused here too. */
function exchange(phone, options) {
  const { method = 'GET' } = options
  if (!METHODS.has(method)) return Promise.reject(new Error(`invalid method ${method}`))
  if (!phone.device.isOnline()) return Promise.reject(new Error(NO_NETWORK))
  return Promise.resolve().then(() => {
    needListed(phone, options.url)
    return phone.device.send({ header: {}, ...options, method })
  })
}

/** Answers one request; the task can be aborted as in WeChat. */
function request(phone, options) {
  const task = { aborted: false }
  const timeout = new Promise((_, reject) => {
    task.timer = setTimeout(() => reject(new Error('timeout')), options.timeout || WAIT_MS)
    // In Node a phone that died while it waited must not keep the process.
    if (task.timer.unref) task.timer.unref()
    task.abort = () => { task.aborted = true; reject(new Error('abort')) }
  })
  Promise.race([exchange(phone, options), timeout]).then(
    (answer) => ({ ok: true, value: { errMsg: 'request:ok', ...answer } }),
    (error) => ({ ok: false, value: { errno: error.errno || 600001, errMsg: `request:fail ${error.message}` } }),
  ).then(({ ok, value }) => {
    clearTimeout(task.timer)
    const callback = ok ? options.success : options.fail
    if (callback) callback(value)
    if (options.complete) options.complete(value)
  })
  return { abort: task.abort, onHeadersReceived() {}, offHeadersReceived() {} }
}

function network(phone) {
  const listeners = new Set()
  const state = () => ({ isConnected: phone.device.isOnline(), networkType: phone.device.isOnline() ? '4g' : 'none' })
  phone.networkChanged = () => listeners.forEach((listener) => listener(state()))
  return {
    calls: {
      getNetworkType: async () => ({ networkType: state().networkType }),
      login: async () => ({ code: await phone.device.login() }),
      checkSession: async () => ({}),
      uploadFile: (options) => {
        if (!phone.device.isOnline()) throw new Error(NO_NETWORK)
        needListed(phone, options.url)
        return phone.device.upload(options)
      },
      downloadFile: (options) => {
        if (!phone.device.isOnline()) throw new Error(NO_NETWORK)
        needListed(phone, options.url)
        return phone.device.download(options)
      },
    },
    direct: {
      request: (options) => request(phone, options),
      onNetworkStatusChange: (listener) => listeners.add(listener),
      offNetworkStatusChange: (listener) => (listener ? listeners.delete(listener) : listeners.clear()),
    },
  }
}

module.exports = { network }
