'use strict'
/** Finds the code in a picture of a poster, in the page itself. */
const jsQR = require('jsqr')

const LONGEST_SIDES = [600, 1000, 1500, 350, 2200]
/** Parts of the picture to look at: all of it, then windows, for posters seen from afar. */
const WINDOWS = [[0, 0, 1, 1], [0.15, 0.15, 0.7, 0.7], [0, 0, 1, 0.6], [0, 0.4, 1, 0.6], [0.25, 0.25, 0.5, 0.5]]

const decoder = jsQR.default || jsQR

function readPixels(bitmap, [left, top, width, height], side) {
  const w = bitmap.width * width
  const h = bitmap.height * height
  const scale = Math.min(2, side / Math.max(w, h))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(w * scale))
  canvas.height = Math.max(1, Math.round(h * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, bitmap.width * left, bitmap.height * top, w, h, 0, 0, canvas.width, canvas.height)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

/** One look at what the camera shows now. @returns {Promise<string|null>} */
async function decodeFrame(video) {
  const bitmap = await createImageBitmap(video)
  const pixels = readPixels(bitmap, WINDOWS[0], LONGEST_SIDES[0])
  const result = decoder(pixels.data, pixels.width, pixels.height, { inversionAttempts: 'dontInvert' })
  return (result && result.data) || null
}

/** @returns {Promise<string|null>} the text of the code, or null when none is found */
async function decodePicture(file) {
  const bitmap = await createImageBitmap(file)
  for (const part of WINDOWS) {
    for (const side of LONGEST_SIDES) {
      const pixels = readPixels(bitmap, part, side)
      const found = decoder(pixels.data, pixels.width, pixels.height, { inversionAttempts: 'dontInvert' })
      if (found && found.data) return found.data
    }
  }
  return null
}

module.exports = { decodePicture, decodeFrame }
