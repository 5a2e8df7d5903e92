/** Nothing is fetched ahead: ballots are for the mini-program alone. */
const nothing = async () => undefined

module.exports = { prepare: nothing, prepareUnseen: nothing }
