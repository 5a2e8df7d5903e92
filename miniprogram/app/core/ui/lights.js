/** The server's lights in the tones of the badge. */

/** @type {Record<string, string>} */
const TONES = { ok: 'leaf', soon: 'persimmon', late: 'brick', paused: 'soft', done: 'leaf' }

/** @param {{light: {code: string}}} ticket */
const toneOf = (ticket) => TONES[ticket.light.code] || 'soft'

module.exports = { toneOf }
