/** What a month needs is fetched at its first launch, long before anybody answers anything. */
const ballots = require('./ballots')
const clock = require('./clock')
const purse = require('./purse')
const survey = require('./survey')
const { getMe } = require('../api/me')

/** The questions, then the ballots. @param {any} village with county_id */
const prepare = async (village) => {
  if (!village || !village.county_id) return
  await survey.refresh(village.county_id)
  await ballots.prepare(village)
}

/** For who only ever scans and never sees the first page; does nothing once the month is prepared. */
const prepareUnseen = async () => {
  const held = purse.read().ballots
  if (held && held.state !== 'asked' && held.period === clock.period()) return
  const me = await getMe().catch(() => null)
  if (me && me.binding) await prepare(me.binding.village)
}

module.exports = { prepare, prepareUnseen }
