/** What is fetched long before anybody answers anything: this month's questions, coming months' ballots. */
const ballots = require('./ballots')
const anonymousState = require('./anonymous_state')
const survey = require('./survey')
const ownAnswer = require('./own_answer')
const { getMe } = require('../../api/me')

/** The questions, then the ballots, then what was counted. @param {any} binding of the villager */
const prepare = async (binding) => {
  if (!binding || !binding.village.county_id) return
  await survey.refresh(binding.village.county_id)
  await ballots.prepare({ ...binding.village, ids: binding.village_ids })
  await ownAnswer.refresh(binding.village.county_id, survey.round())
}

/** For who only ever scans and never sees the first page; does nothing once the ballots are there. */
const prepareUnseen = async () => {
  if (anonymousState.coming().every(anonymousState.isSettled)) return
  const me = await getMe().catch(() => null)
  if (me) await prepare(me.binding)
}

module.exports = { prepare, prepareUnseen }
