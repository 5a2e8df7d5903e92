'use strict'
/** The phone's hardware, played by the browser and the panel beside it. */
const { host, anonymousHost } = require('../../app/config')
const { chooseCode, askToSubscribe, showPictures } = require('./dialogs')

const SMALLEST_RANDOM = 8

/** Storage of one person's phone, inside the browser's own. */
function createStorage(person) {
  const prefix = `village-voice:${person}:`
  return {
    keys: () => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
  }
}

/** What is meant for the county's host goes to the server this page came from. */
const resolveUrl = (url) => (url.startsWith(`${host}/`) ? location.origin + url.slice(host.length) : url)

/** What leaves for another host says nothing about where it comes from. */
const discretion = (address) =>
  (new URL(address, location.href).origin === location.origin ? {} : { referrerPolicy: 'no-referrer' })

/** The body as the app asked for it: bytes, an object, or text. */
async function bodyOf(answer, responseType) {
  if (responseType === 'arraybuffer') return answer.arrayBuffer()
  const text = await answer.text()
  try { return JSON.parse(text) } catch { return text }
}

async function send(options) {
  const { url, method, header, data, responseType } = options
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const search = !hasBody && data ? `?${new URLSearchParams(data)}` : ''
  const address = resolveUrl(url) + search
  const answer = await fetch(address, {
    method,
    headers: { ...(hasBody && data !== undefined ? { 'Content-Type': 'application/json' } : {}), ...header },
    body: hasBody && data !== undefined ? JSON.stringify(data) : undefined,
    credentials: 'omit',
    ...discretion(address),
  })
  return { statusCode: answer.status, header: Object.fromEntries(answer.headers), data: await bodyOf(answer, responseType) }
}

/** Pictures that were picked, by the address the app knows them under. */
const picked = new Map()

async function upload({ url, filePath, name, formData, header }) {
  const form = new FormData()
  form.append(name, picked.get(filePath), 'photo')
  for (const [key, value] of Object.entries(formData || {})) form.append(key, value)
  const answer = await fetch(resolveUrl(url), { method: 'POST', headers: header, body: form, credentials: 'omit' })
  return { statusCode: answer.status, data: await answer.text() }
}

/** Lets the person pick pictures; they live as object addresses. */
const chooseMedia = ({ count = 9 }) => new Promise((resolve, reject) => {
  const field = document.createElement('input')
  Object.assign(field, { type: 'file', accept: 'image/*', multiple: count > 1 })
  field.addEventListener('cancel', () => reject(new Error('cancel')))
  field.addEventListener('change', () => resolve({
    type: 'image',
    tempFiles: [...field.files].slice(0, count).map((file) => {
      const tempFilePath = URL.createObjectURL(file)
      picked.set(tempFilePath, file)
      return { tempFilePath, size: file.size, fileType: 'image' }
    }),
  }))
  field.click()
})

/** Draws a picture smaller, as JPEG; what the camera wrote beside it is gone. */
async function compressImage({ src, quality = 80, compressedWidth }) {
  const picture = await createImageBitmap(picked.get(src))
  const width = Math.min(compressedWidth || picture.width, picture.width)
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height: Math.round((picture.height * width) / picture.width) })
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', quality / 100) })
  const tempFilePath = URL.createObjectURL(blob)
  picked.set(tempFilePath, blob)
  return { tempFilePath }
}

const readFile = async (path) => picked.get(path).arrayBuffer()
const writeFile = async (path, data) => { picked.set(path, new Blob([data], { type: 'image/png' })) }
const removeFile = async (path) => { picked.delete(path) }

async function download({ url }) {
  const answer = await fetch(resolveUrl(url), { credentials: 'omit' })
  const content = await answer.blob()
  const tempFilePath = `${URL.createObjectURL(content)}#我的资料.xlsx`
  picked.set(tempFilePath, content)
  return { statusCode: answer.status, tempFilePath }
}

/** The computer opens a document with whatever it has for it. */
async function openDocument(path) {
  const link = document.createElement('a')
  Object.assign(link, { href: path.split('#')[0], download: path.split('#')[1] })
  link.click()
}

/** The computer's album is its folder of downloads. */
async function saveToAlbum(path) {
  const link = document.createElement('a')
  Object.assign(link, { href: URL.createObjectURL(picked.get(path)), download: path.split('/').pop() })
  link.click()
}

const copy = async (text) => { await navigator.clipboard.writeText(text).catch(() => undefined) }

/** Records with the computer's microphone. @returns {Promise<() => Promise<string>>} how to stop */
async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const recorder = new MediaRecorder(stream)
  const parts = []
  recorder.addEventListener('dataavailable', (event) => parts.push(event.data))
  recorder.start()
  return () => new Promise((resolve) => {
    recorder.addEventListener('stop', () => {
      stream.getTracks().forEach((track) => track.stop())
      const sound = new Blob(parts, { type: recorder.mimeType })
      const tempFilePath = URL.createObjectURL(sound)
      picked.set(tempFilePath, sound)
      resolve(tempFilePath)
    })
    recorder.stop()
  })
}

function play(src, ended, failed) {
  const sound = new Audio(resolveUrl(src))
  sound.addEventListener('ended', ended)
  sound.addEventListener('error', failed)
  sound.play().catch(failed)
  return { stop: () => sound.pause() }
}

async function scan() {
  const answer = await fetch('/preview/posters.json').catch(() => null)
  const { items } = answer && answer.ok ? await answer.json() : { items: [] }
  const text = await chooseCode(items, (code) => `${host}/q/${code}`)
  return { result: text, scanType: 'QR_CODE', charSet: 'UTF-8', path: '' }
}

const randomWord = () =>
  [...crypto.getRandomValues(new Uint8Array(SMALLEST_RANDOM))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** WeChat's client tells WeChat's server what was allowed; here a stand-in listens. */
async function subscribe(person, ids) {
  const answer = await askToSubscribe(ids)
  const accepted = ids.filter((id) => answer[id] === 'accept')
  if (accepted.length) {
    await fetch('/preview/accepts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ openid: person, template_ids: accepted }),
    }).catch(() => null)
  }
  return answer
}

/** @param {{person: string, offline: boolean, font: number, ext: object}} state shared with the panel */
const createDevice = (state) => ({
  storage: createStorage(state.person),
  isOnline: () => !state.offline,
  hosts: () => [host, anonymousHost, state.ext.anonymous_host].filter(Boolean).map((address) => new URL(address).origin),
  login: async () => {
    if (state.offline) throw new Error('no network')
    return `demo:${state.person}:${randomWord()}`
  },
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)).buffer,
  fontSize: () => state.font,
  theme: () => document.documentElement.dataset.theme,
  size: () => ({ windowWidth: 390, windowHeight: 720, screenWidth: 390, screenHeight: 844 }),
  updates: { onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} },
  dial: async () => ({}),
  openSetting: async () => ({ authSetting: {} }),
  openPrivacy: async () => ({}),
  send, upload, chooseMedia, record, play, scan, resolveUrl,
  compressImage, download, openDocument, readFile, writeFile, removeFile, saveToAlbum, copy,
  extConfig: () => state.ext,
  askToSubscribe: (ids) => subscribe(state.person, ids),
  previewImage: ({ urls, current }) => showPictures(urls.map(resolveUrl), urls.indexOf(current)),
})

module.exports = { createDevice }
