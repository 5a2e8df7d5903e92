'use strict'
/** The person's own browser as the phone: its letters, its light, its network, its camera. */
const { host } = require('../../app/config')
const { createStorage, hardware } = require('../../preview/frame/hardware')
const { login } = require('./login')
const { scanCode } = require('./scan')

const LETTERS = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
const PREFIX = 'village-voice-web:'

const createDevice = () => ({
  ...hardware,
  storage: createStorage(PREFIX),
  isOnline: () => navigator.onLine,
  hosts: () => [host],
  login,
  // What the browser was set to, not what a page made of it.
  fontSize: () => LETTERS,
  size: () => {
    const { clientWidth: windowWidth, clientHeight: windowHeight } = document.getElementById('vp-pages')
    return { windowWidth, windowHeight, screenWidth: innerWidth, screenHeight: innerHeight }
  },
  dial: async (number) => { location.href = `tel:${number}` },
  openPrivacy: async () => ({}),
  scan: async () => ({ result: await scanCode(), scanType: 'QR_CODE', charSet: 'UTF-8', path: '' }),
  extConfig: () => ({ poster_hosts: [location.origin] }),
  // A browser gets no message of WeChat's; people read their inbox.
  askToSubscribe: async (ids) => Object.fromEntries(ids.map((id) => [id, 'reject'])),
})

module.exports = { createDevice }
