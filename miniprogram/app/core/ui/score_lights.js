/** A score's light in the tones of the badge; its word and shape come from the county's scheme. */

/** @type {Record<string, string>} */
const TONES = { blue: 'lake', green: 'leaf', yellow: 'persimmon', red: 'brick', orange: 'straw' }

/** @param {{code: string, word: string, icon: string}|null} light */
const badgeOf = (light) => (light ? { tone: TONES[light.code] || 'soft', word: light.word, mark: light.icon } : null)

/** @type {Record<string, string>} */
const OBJECTION_TONES = { pending: 'persimmon', upheld: 'leaf', refused: 'brick' }

/** @param {{state: string, state_words: string, icon: string}} objection */
const objectionBadge = ({ state, state_words: word, icon: mark }) => ({ tone: OBJECTION_TONES[state] || 'soft', word, mark })

module.exports = { badgeOf, objectionBadge }
