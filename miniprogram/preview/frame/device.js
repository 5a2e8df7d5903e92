'use strict'
/** The phone's hardware, played by the browser and the panel beside it. */
const { host, anonymousHost } = require('../../app/config')
const { chooseCode, askToSubscribe } = require('./dialogs')
const { createStorage, hardware } = require('./hardware')

const SMALLEST_RANDOM = 8

async function scan() {
  const answer = await fetch('/preview/posters.json').catch(() => null)
  const { items } = answer && answer.ok ? await answer.json() : { items: [] }
  const text = await chooseCode(items, (code) => `${host}/q/${code}`)
  return { result: text, scanType: 'QR_CODE', charSet: 'UTF-8', path: '' }
}

const randomWord = () =>
  [...crypto.getRandomValues(new Uint8Array(SMALLEST_RANDOM))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** WeChat's client tells WeChat's server what was allowed; here a stand-in listens. */
async function subscribe(person, ids) {
  const answer = await askToSubscribe(ids)
  const accepted = ids.filter((id) => answer[id] === 'accept')
  if (accepted.length) {
    await fetch('/preview/accepts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ openid: person, template_ids: accepted }),
    }).catch(() => null)
  }
  return answer
}

/** @param {{person: string, offline: boolean, font: number, ext: object}} state shared with the panel */
const createDevice = (state) => ({
  ...hardware,
  storage: createStorage(`village-voice:${state.person}:`),
  isOnline: () => !state.offline,
  hosts: () => [host, anonymousHost, state.ext.anonymous_host].filter(Boolean).map((address) => new URL(address).origin),
  login: async () => {
    if (state.offline) throw new Error('no network')
    return `demo:${state.person}:${randomWord()}`
  },
  fontSize: () => state.font,
  size: () => ({ windowWidth: 390, windowHeight: 720, screenWidth: 390, screenHeight: 844 }),
  dial: async () => ({}),
  openPrivacy: async () => ({}),
  scan,
  extConfig: () => state.ext,
  askToSubscribe: (ids) => subscribe(state.person, ids),
})

module.exports = { createDevice }
