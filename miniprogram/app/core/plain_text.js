/** Text that may leave the phone: a text cut at its greatest length may end in half an emoji. */

/** @param {string} text */
const withoutHalves = (text) => text
  .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/g, '')
  .replace(/(^|[^\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '$1')

/** The same value with every text in it whole. @param {any} value @returns {any} */
const whole = (value) => {
  if (typeof value === 'string') return withoutHalves(value)
  if (Array.isArray(value)) return value.map(whole)
  if (!value || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.keys(value).reduce((made, name) => ({ ...made, [name]: whole(value[name]) }), {})
}

module.exports = { withoutHalves, whole }
