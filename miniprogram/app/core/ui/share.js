/** The card a friend sees; the picture is ours and the same for everybody: it shows no page and no name. */
const PICTURE = '/images/share.png'

/** @param {string} title @param {string} path with a leading slash */
const card = (title, path) => ({ title, path, imageUrl: PICTURE })

module.exports = { card }
