/** Pages of a villager who is known: trying again also comes back after having logged out. */
const { plainPage, describe } = require('./plain_page')
const session = require('../send/session')

/** @type {Record<string, any> & ThisType<any>} */
const known = {
  async comeBack() {
    const { problem } = this.data
    if (problem && problem.code === 'signed_out') await session.signIn().catch(() => undefined)
  },
}

/** @param {Record<string, any> & ThisType<any>} definition a page with an optional `fetch(query)` */
const page = (definition) => plainPage({ ...known, ...definition })

module.exports = { page, describe }
