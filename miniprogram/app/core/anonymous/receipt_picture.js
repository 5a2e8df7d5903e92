/**
 * The receipt as a picture for the album: sixteen digits in four lines, made of bars as on a
 * clock. Written as PNG by hand, because not every phone lets a page draw.
 */
const { groupsOf } = require('./receipt_code')
const { join, utf8 } = require('../bytes')

const WIDTH = 720
const HEIGHT = 1040
const CELL = { width: 100, height: 180, bar: 22, gap: 40, left: 100, top: 70, line: 235 }
const WHITE = 255
const INK = 34
const LONGEST_BLOCK = 65535

/** Which of the seven bars each digit shows: top, upper left and right, middle, lower left and right, bottom. */
const BARS = ['1110111', '0010010', '1011101', '1011011', '0111010', '1101011', '1101111', '1010010', '1111111', '1111011']

/** @returns {number[][]} left, top, width and height of each bar */
const barsOf = () => {
  const { width, height, bar } = CELL
  const half = height / 2
  return [
    [0, 0, width, bar], [0, 0, bar, half], [width - bar, 0, bar, half], [0, half - bar / 2, width, bar],
    [0, half, bar, half], [width - bar, half, bar, half], [0, height - bar, width, bar],
  ]
}

/** Rows of grey, each after a byte that says "no filter". @param {string} code */
const paint = (code) => {
  const rows = new Uint8Array((WIDTH + 1) * HEIGHT).fill(WHITE)
  for (let y = 0; y < HEIGHT; y += 1) rows[y * (WIDTH + 1)] = 0
  groupsOf(code).forEach((group, line) => group.split('').forEach((digit, place) => {
    const left = CELL.left + place * (CELL.width + CELL.gap)
    const top = CELL.top + line * CELL.line
    barsOf().forEach(([x, y, width, height], bar) => {
      if (BARS[Number(digit)][bar] !== '1') return
      for (let row = top + y; row < top + y + height; row += 1) {
        const start = row * (WIDTH + 1) + 1 + left + x
        rows.fill(INK, start, start + width)
      }
    })
  }))
  return rows
}

const word = (/** @type {number} */ value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

const crc = (/** @type {Uint8Array} */ bytes) =>
  ~bytes.reduce((value, byte) => TABLE[(value ^ byte) & 0xff] ^ (value >>> 8), 0xffffffff)

const adler = (/** @type {Uint8Array} */ bytes) => {
  let [low, high] = [1, 0]
  for (const byte of bytes) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  return ((high << 16) | low) >>> 0
}

/** @param {string} name @param {Uint8Array} data */
const chunk = (name, data) => {
  const named = join(utf8(name), data)
  return join(word(data.length), named, word(crc(named)))
}

/** A zlib stream of blocks that are only stored. @param {Uint8Array} bytes */
const stored = (bytes) => {
  const blocks = []
  for (let at = 0; at < bytes.length; at += LONGEST_BLOCK) {
    const block = bytes.subarray(at, at + LONGEST_BLOCK)
    const isLast = at + LONGEST_BLOCK >= bytes.length
    const [low, high] = [block.length & 0xff, block.length >>> 8]
    blocks.push(Uint8Array.of(isLast ? 1 : 0, low, high, ~low, ~high), block)
  }
  return join(Uint8Array.of(0x78, 0x01), ...blocks, word(adler(bytes)))
}

/** @param {string} code @returns {Uint8Array} a PNG file */
const draw = (code) => join(
  Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  chunk('IHDR', join(word(WIDTH), word(HEIGHT), Uint8Array.of(8, 0, 0, 0, 0))),
  chunk('IDAT', stored(paint(code))),
  chunk('IEND', new Uint8Array(0)),
)

/** Puts it into the album, under a name that says nothing. @param {string} code */
const saveToAlbum = (code) => new Promise((resolve, reject) => {
  const filePath = `${wx.env.USER_DATA_PATH}/1.png`
  const files = wx.getFileSystemManager()
  /** The copy inside the mini-program goes in any case. */
  const after = (/** @type {() => void} */ act) => () => files.unlink({ filePath, complete: act })
  files.writeFile({
    filePath,
    data: /** @type {ArrayBuffer} */ (draw(code).buffer),
    success: () => wx.saveImageToPhotosAlbum({
      filePath,
      success: after(() => resolve(undefined)),
      fail: (failure) => after(() => reject(failure))(),
    }),
    fail: reject,
  })
})

module.exports = { draw, saveToAlbum }
