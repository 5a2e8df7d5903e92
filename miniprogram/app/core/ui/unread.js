/** How many messages wait, as the county said last: the tab bar's dot. */

let known = 0

const count = () => known
const set = (/** @type {number} */ unread) => { known = unread }

module.exports = { count, set }
