const MARKS = { leaf: '●', persimmon: '◆', brick: '■', lake: '▲', soft: '○' }

/** A state as colour, shape and word together. */
Component({
  properties: {
    tone: { type: String, value: 'leaf' },
    word: { type: String, value: '' },
  },
  data: { mark: MARKS.leaf },
  observers: {
    tone(tone) { this.setData({ mark: MARKS[tone] || MARKS.leaf }) },
  },
})
