'use strict'
/** Starts the mini-program's files as a web application. */
const miniProgram = require('mini-program')
const { Phone } = require('../../preview/runtime/phone')
const { BrowserBackend } = require('../../preview/runtime/browser_backend')
const { WebScreen, followHistory, readAddress } = require('./screen')
const { createDevice } = require('./device')
const { ask, takeHome } = require('./login')

const SCAN_PAGE = 'pages/scan/index'
const DARK = matchMedia('(prefers-color-scheme: dark)')

function followLight(phone) {
  const apply = () => { document.documentElement.dataset.theme = DARK.matches ? 'dark' : 'light' }
  DARK.addEventListener('change', () => {
    apply()
    phone.themeChanged()
    phone.stack.show(phone.stack.top)
  })
}

/** A poster's address leads here with its code; a page's own address is opened again. */
function start(phone) {
  const before = takeHome()
  const code = new URLSearchParams(location.search).get('code')
  if (code) {
    history.replaceState(null, '', location.pathname)
    phone.start(miniProgram, SCAN_PAGE, { code })
    return
  }
  const known = readAddress(before)
  if (known && miniProgram.entries[known.route]?.isPage) phone.start(miniProgram, known.route, known.query)
  else phone.start(miniProgram)
}

async function showDemo() {
  const { is_demo: isDemo } = await ask('/login/ways').catch(() => ({}))
  document.getElementById('vp-demo').hidden = !isDemo
}

function main() {
  document.documentElement.dataset.theme = DARK.matches ? 'dark' : 'light'
  let phone = null
  const screen = new WebScreen(() => phone)
  phone = new Phone({ backend: new BrowserBackend(), device: createDevice(), screen })
  Object.assign(window, phone.globals)
  followLight(phone)
  followHistory(phone.stack)
  for (const type of ['online', 'offline']) window.addEventListener(type, () => phone.networkChanged())
  start(phone)
  showDemo()
  if ('serviceWorker' in navigator) navigator.serviceWorker.register('/m/sw.js').catch(() => undefined)
}

main()
