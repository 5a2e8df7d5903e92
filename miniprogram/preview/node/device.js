'use strict'
/** A phone without hardware; the test decides what it meets. */
const { webcrypto } = require('node:crypto')

/** Storage that can be handed to a second start of the app, as a real phone would. */
class MemoryStorage {
  constructor() {
    this.map = new Map()
  }

  keys() {
    return [...this.map.keys()]
  }

  getItem(key) {
    return this.map.has(key) ? this.map.get(key) : null
  }

  setItem(key, value) {
    this.map.set(key, value)
  }

  removeItem(key) {
    this.map.delete(key)
  }
}

const fail = async (message) => { throw new Error(message) }

/** @param {object} given parts the test replaces: send, login, scan, storage, fontSize … */
const createDevice = (given = {}) => ({
  online: true,
  isOnline() { return this.online },
  storage: new MemoryStorage(),
  send: () => fail('no server'),
  upload: () => fail('no server'),
  download: () => fail('no server'),
  openDocument: async () => ({}),
  login: async () => 'demo:villager-1:random',
  scan: () => fail('cancel'),
  chooseMedia: () => fail('cancel'),
  record: () => fail('auth deny'),
  play: () => ({ stop() {} }),
  askToSubscribe: async (ids) => Object.fromEntries(ids.map((id) => [id, 'accept'])),
  previewImage: async () => ({}),
  compressImage: () => fail('no image'),
  readFile: () => fail('no such file'),
  writeFile: async () => ({}),
  removeFile: async () => ({}),
  saveToAlbum: async () => ({}),
  copy: async () => ({}),
  extConfig: () => ({}),
  updates: { onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} },
  dial: async () => ({}),
  openSetting: async () => ({ authSetting: {} }),
  openPrivacy: async () => ({}),
  randomBytes: (length) => webcrypto.getRandomValues(new Uint8Array(length)).buffer,
  fontSize: () => 16,
  theme: () => 'light',
  size: () => ({ windowWidth: 390, windowHeight: 760, screenWidth: 390, screenHeight: 844 }),
  resolveUrl: (url) => url,
  ...given,
})

module.exports = { createDevice, MemoryStorage }
