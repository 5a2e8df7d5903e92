'use strict'
/** Reads a poster's code: by the camera, or from a photo where there is none. */
const { make, open, dialog, button } = require('../../preview/frame/dialogs')

const LOOK_MS = 250

/** Fetched at the first scan, and only by a browser that reads no codes itself. */
function fetchReader() {
  if (window.villageVoiceReader) return Promise.resolve(window.villageVoiceReader)
  const { content } = document.querySelector('meta[name="reader"]')
  return new Promise((resolve, reject) => {
    document.head.append(make('script', {
      src: content, onload: () => resolve(window.villageVoiceReader), onerror: () => reject(new Error('no reader')),
    }))
  })
}

/** @returns {Promise<{frame: (source: any) => Promise<string|null>, picture: (file: Blob) => Promise<string|null>}>} */
async function readers() {
  const formats = 'BarcodeDetector' in window ? await window.BarcodeDetector.getSupportedFormats().catch(() => []) : []
  const { decodeFrame, decodePicture } = formats.includes('qr_code') ? { decodeFrame: null, decodePicture: null } : await fetchReader()
  if (decodeFrame) return { frame: decodeFrame, picture: decodePicture }
  const detector = new window.BarcodeDetector({ formats: ['qr_code'] })
  const first = (codes) => (codes.length ? codes[0].rawValue : null)
  return {
    frame: async (source) => first(await detector.detect(source)),
    picture: async (file) => first(await detector.detect(await createImageBitmap(file))) || (await fetchReader()).decodePicture(file),
  }
}

/** Looks through the camera until a code is there or `isOver`. @returns {Promise<() => void>} how to stop */
async function watch(video, reader, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  video.srcObject = stream
  await video.play()
  const timer = setInterval(async () => {
    const text = video.readyState >= 2 ? await reader.frame(video).catch(() => null) : null
    if (text) found(text)
  }, LOOK_MS)
  return () => {
    clearInterval(timer)
    stream.getTracks().forEach((track) => track.stop())
  }
}

/** @returns {Promise<string>} the text of a code; throws 'cancel' when somebody turns back */
async function scanCode() {
  const reader = await readers()
  let stop = () => undefined
  const text = await open((close) => {
    const note = make('p', { role: 'status', class: 'vp-hint', id: 'scan-note' }, '对着海报上的码。')
    const video = make('video', { muted: '', playsinline: '', 'aria-label': '相机' })
    const read = async (file) => {
      if (!file) return
      note.textContent = '正在认码…'
      const result = await reader.picture(file).catch(() => null)
      if (result) close(result)
      else note.textContent = '这张图里没认出二维码，换一张清楚些的试试。'
    }
    watch(video, reader, close).then((end) => { stop = end }, () => {
      video.remove()
      note.textContent = '相机没打开。可以拍一张海报的照片，选在下面。'
    })
    return dialog('扫一扫', make('h2', {}, '扫一扫'), video, note,
      make('label', { class: 'vp-drop' }, '或者选一张海报的照片：',
        make('input', { type: 'file', accept: 'image/*', id: 'vp-poster-file', onchange: (event) => read(event.target.files[0]) })),
      make('menu', {}, button('不扫了', () => close(null))))
  })
  stop()
  if (text === null) throw new Error('cancel')
  return text
}

module.exports = { scanCode }
