'use strict'
/** Starts the mini-program in the phone frame and wires the panel beside it. */
const miniProgram = require('mini-program')
const { Phone } = require('../runtime/phone')
const { BrowserBackend } = require('../runtime/browser_backend')
const { FrameScreen } = require('./screen')
const { createDevice } = require('./device')

const REMEMBERED = 'village-voice-preview'
const SCAN_PAGE = 'pages/scan/index'
const byId = (id) => document.getElementById(id)

/** Address first, then what the panel was left at: a state can be linked to. */
function readState() {
  const address = new URLSearchParams(location.search)
  const kept = JSON.parse(localStorage.getItem(REMEMBERED) || '{}')
  const dark = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  return {
    person: address.get('person') || kept.person || '',
    font: Number(address.get('font') || kept.font || 16),
    theme: address.get('theme') || kept.theme || dark,
    offline: address.has('offline'),
    q: address.get('q'),
    path: address.get('path'),
  }
}

const remember = ({ person, font, theme }) =>
  localStorage.setItem(REMEMBERED, JSON.stringify({ person, font, theme }))

async function fillPeople(state) {
  const answer = await fetch('/preview/people.json').catch(() => null)
  const { items } = answer && answer.ok ? await answer.json() : { items: [] }
  const select = byId('vp-person')
  select.replaceChildren(...items.map((one) => new Option(`${one.name} · ${one.role}`, one.openid)))
  if (!items.some((one) => one.openid === state.person)) state.person = items.length ? items[0].openid : 'nobody'
  select.value = state.person
  const chosen = items.find((one) => one.openid === state.person)
  byId('vp-person-hint').textContent = chosen ? chosen.hint || '' : '服务器没有给出演示人物。'
}

/** What the county set for itself; a template's ext.json is there before the first page. */
async function fetchExt() {
  const answer = await fetch('/preview/ext.json').catch(() => null)
  return answer && answer.ok ? answer.json().catch(() => ({})) : {}
}

/** The demo's phones were there before the demo: what they fetched in an earlier month lies on them. */
async function layBallots(storage, person) {
  const answer = await fetch(`/preview/purse.json?person=${encodeURIComponent(person)}`).catch(() => null)
  const { ballots } = answer && answer.ok ? await answer.json() : { ballots: {} }
  if (!Object.keys(ballots).length) return
  const held = JSON.parse(storage.getItem('purse') || '{}')
  storage.setItem('purse', JSON.stringify({ ...held, ballots: { ...ballots, ...held.ballots } }))
}

/** WeChat re-reads font size and theme when the mini-program comes to the front again. */
function comeBack(phone) {
  const { top } = phone.stack
  phone.stack.hide(top)
  phone.stack.show(top)
}

function restart() {
  location.assign(location.pathname)
}

function wirePanel(state, phone) {
  const on = (id, type, act) => byId(id).addEventListener(type, act)
  on('vp-back', 'click', () => phone.stack.back())
  on('vp-person', 'change', (event) => { state.person = event.target.value; remember(state); restart() })
  on('vp-font', 'change', (event) => { state.font = Number(event.target.value); remember(state); comeBack(phone) })
  on('vp-dark', 'change', (event) => {
    state.theme = event.target.checked ? 'dark' : 'light'
    document.documentElement.dataset.theme = state.theme
    remember(state)
    phone.themeChanged()
    comeBack(phone)
  })
  on('vp-offline', 'change', (event) => { state.offline = event.target.checked; showSignal(state); phone.networkChanged() })
  on('vp-restart', 'click', restart)
  on('vp-forget', 'click', () => { phone.wx.clearStorageSync(); restart() })
  // Whatever is chosen before anybody listens would be lost without a word.
  byId('vp-settings').disabled = false
}

function showSignal(state) {
  byId('vp-signal').textContent = state.offline ? '无信号' : '4G'
}

async function main() {
  const state = readState()
  document.documentElement.dataset.theme = state.theme
  await fillPeople(state)
  state.ext = await fetchExt()
  remember(state)
  byId('vp-font').value = String(state.font)
  byId('vp-dark').checked = state.theme === 'dark'
  byId('vp-offline').checked = state.offline
  showSignal(state)
  let phone = null
  const screen = new FrameScreen(() => phone)
  const device = createDevice(state)
  await layBallots(device.storage, state.person)
  phone = new Phone({ backend: new BrowserBackend(), device, screen })
  Object.assign(window, phone.globals)
  wirePanel(state, phone)
  if (state.q) phone.start(miniProgram, SCAN_PAGE, { q: encodeURIComponent(state.q) })
  else phone.start(miniProgram, state.path || undefined, {})
}

main()
