const ROUND = 2 * Math.PI * 42

/** A ring as a picture; its colour comes from the style, so that it follows the theme. @param {number} share */
const drawRing = (share) => {
  const dash = share >= 1 ? '' : ` stroke-dasharray='${(ROUND * share).toFixed(1)} ${ROUND.toFixed(1)}'`
  const circle = `<circle cx='50' cy='50' r='42' fill='none' stroke='black' stroke-width='9' stroke-linecap='round'${dash} transform='rotate(-90 50 50)'/>`
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'>${share > 0 ? circle : ''}</svg>`
  return `"data:image/svg+xml,${encodeURIComponent(svg).replace(/'/g, '%27')}"`
}

/** A score from 0 to 100, drawn and said; in brackets where it rests on too little. */
Component({
  properties: {
    value: { type: String, value: '' },
    unit: { type: String, value: '' },
    label: { type: String, value: '' },
    few: { type: Boolean, value: false },
  },
  data: { shown: '—', track: drawRing(1), arc: drawRing(0) },
  observers: {
    'value, few'(value, few) {
      const share = value ? Math.min(1, Math.max(0, Number(value) / 100)) : 0
      const shown = value || '—'
      this.setData({ shown: value && few ? `（${shown}）` : shown, arc: drawRing(share) })
    },
  },
})
