const MARKS = { leaf: '●', persimmon: '◆', brick: '■', lake: '▲', soot: '✕', straw: '✓', soft: '○' }

/** A state as colour, shape and word together. */
Component({
  properties: {
    tone: { type: String, value: 'leaf' },
    word: { type: String, value: '' },
    mark: { type: String, value: '' },
  },
  data: { shape: MARKS.leaf },
  observers: {
    'tone, mark': function shape(tone, mark) { this.setData({ shape: mark || MARKS[tone] || MARKS.leaf }) },
  },
})
