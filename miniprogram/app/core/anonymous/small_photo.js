/** A photo made small enough for the envelope, and read as bytes. It never goes anywhere alone. */
const { ApiError } = require('../errors')

/** Wide and fine first; each next try is smaller. */
const TRIES = [[1600, 80], [1280, 70], [1024, 60], [800, 50], [640, 40]]

/** @param {string} src @param {number} compressedWidth @param {number} quality @returns {Promise<string>} */
const compress = (src, compressedWidth, quality) => new Promise((resolve, reject) => {
  wx.compressImage({ src, quality, compressedWidth, success: ({ tempFilePath }) => resolve(tempFilePath), fail: reject })
})

/** @param {string} filePath @returns {Promise<Uint8Array>} */
const read = (filePath) => new Promise((resolve, reject) => {
  wx.getFileSystemManager().readFile({
    filePath, success: ({ data }) => resolve(new Uint8Array(/** @type {ArrayBuffer} */ (data))), fail: reject,
  })
})

/** @param {string} path @param {number} limit in bytes @returns {Promise<Uint8Array>} */
const shrink = async (path, limit) => {
  for (const [width, quality] of TRIES) {
    const bytes = await read(await compress(path, width, quality))
    if (bytes.length <= limit) return bytes
  }
  throw new ApiError({ code: 'photo_too_big', message: '这张照片太大了，请换一张。' })
}

module.exports = { shrink }
