/** Random names for things that must never be counted twice. */

const BYTES = 16

/** @param {ArrayBuffer} buffer @returns {string} a version 4 UUID */
const format = (buffer) => {
  const bytes = new Uint8Array(buffer)
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** @returns {Promise<string>} */
const uuid = async () => {
  const { randomValues } = await wx.getRandomValues({ length: BYTES })
  return format(randomValues)
}

module.exports = { uuid, format }
