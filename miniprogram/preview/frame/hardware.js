'use strict'
/** What a browser gives a mini-program of its hardware: network, files, camera roll, microphone. */
const { host } = require('../../app/config')
const { showPictures } = require('./dialogs')

/** Storage of one phone, inside the browser's own. */
function createStorage(prefix) {
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

/** The parts of a device that are the same wherever a browser plays it. */
const hardware = {
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)).buffer,
  theme: () => document.documentElement.dataset.theme,
  updates: { onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} },
  openSetting: async () => ({ authSetting: {} }),
  send, upload, chooseMedia, record, play, resolveUrl,
  compressImage, download, openDocument, readFile, writeFile, removeFile, saveToAlbum, copy,
  previewImage: ({ urls, current }) => showPictures(urls.map(resolveUrl), urls.indexOf(current)),
}

module.exports = { createStorage, hardware }
