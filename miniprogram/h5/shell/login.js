'use strict'
/** Who is this? A code by SMS; what comes out is exchanged for a session as wx.login's code is. */
const { make, open, dialog, button } = require('../../preview/frame/dialogs')

const API = '/api/v1'
const NO_SIGNAL = '没连上，请看看有没有信号，再试一次。'

/** @returns {Promise<any>} the answer; throws an Error with words for the person */
async function ask(path, body) {
  const options = body ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {}
  const answer = await fetch(API + path, { credentials: 'omit', ...options }).catch(() => { throw new Error(NO_SIGNAL) })
  const found = answer.status === 204 ? {} : await answer.json().catch(() => ({}))
  if (answer.ok) return found
  const [first] = Object.values(found.errors || {})
  throw new Error((first && first[0]) || found.message || NO_SIGNAL)
}

const input = (id, label, type, size) => make('input', {
  id, type, inputmode: 'numeric', maxlength: String(size), autocomplete: id === 'login-code' ? 'one-time-code' : 'tel', 'aria-label': label, placeholder: label,
})

/**
 * A question with one field, asked again with the reason until it is answered.
 * @param {{title: string, words: string, field: HTMLInputElement, yes: string, no: string, act: (value: string) => Promise<any>}} asked
 */
const question = ({ title, words, field, yes, no, act }) => open((close) => {
  const problem = make('p', { class: 'vp-problem', role: 'alert', id: 'login-problem' })
  const go = button(yes, async () => {
    go.disabled = true
    problem.textContent = ''
    try { close(await act(field.value)) } catch (error) { problem.textContent = error.message }
    go.disabled = false
  }, true)
  go.id = 'login-go'
  return dialog(title, make('h2', {}, title), make('p', { id: 'login-words' }, words), field, problem, make('menu', {}, button(no, () => close(null)), go))
})

/** A demo county sends no message; it says what the telephone would show. */
async function demoWords(number) {
  const answer = await fetch(`/preview/sms.json?number=${encodeURIComponent(number)}`).catch(() => null)
  const { code } = answer && answer.ok ? await answer.json() : {}
  return code ? `演示县不真发短信，这次的验证码是 ${code}。` : ''
}

async function bySms(isDemo) {
  const number = await question({
    title: '用手机号进来', words: '我们发一条短信，里面有 6 位验证码。不收费，不要密码。',
    field: input('login-number', '手机号', 'tel', 20), yes: '发验证码', no: '先不登录',
    act: async (value) => {
      await ask('/login/sms/codes', { number: value })
      return value.replace(/[\s-]/g, '').replace(/^\+86/, '')
    },
  })
  if (!number) return null
  const hint = isDemo ? await demoWords(number) : ''
  return question({
    title: '填验证码', words: hint || `验证码发到尾号 ${number.slice(-4)} 的手机了，五分钟内有效。`,
    field: input('login-code', '6 位验证码', 'text', 6), yes: '进来', no: '先不登录',
    act: (code) => ask('/login/sms/answers', { number, code: code.trim() }),
  })
}

/** Points and tickets of WeChat's account are joined by digits shown there, never by a number alone. */
async function joinOrBegin(proof) {
  const before = await open((close) => dialog('第一次在网页上用', make('h2', {}, '以前在微信里用过村声吗？'),
    make('p', {}, '用过的，把两边连起来，积分和诉求还是那一份。连上要在微信小程序里看一个码。'),
    make('menu', {}, button('用过，连起来', () => close(true)), button('没用过，直接进', () => close(false), true))))
  if (!before) return true
  return question({
    title: '填连接码', words: '在微信小程序「我的 → 登录办法」里要一个 8 位连接码，填在这里。',
    field: input('login-link', '8 位连接码', 'text', 8), yes: '连起来', no: '先不登录',
    act: async (code) => {
      await ask('/login/links', { login_code: proof.login_code, link_code: code.trim() })
      return true
    },
  })
}

/** Other servers prove somebody and send them back here; where they were is kept until then. */
const LEAVE = { wechat_web: '/m/login/wechat', oidc: '/m/login/oidc' }
const RETURN = 'village-voice-return'
const PROBLEMS = {
  login_code_invalid: '放得太久，或不是在这个浏览器里登的。请再登一次。',
  oidc_refused: '那边没有证实您是谁，或您没有同意。可以再登一次，也可以先不登录。',
  oidc_unavailable: '统一登录暂时连不上，请过一会儿再试。',
  wechat_busy: '微信现在忙，请过一会儿再试。',
  wechat_unavailable: '微信暂时连不上，请过一会儿再试。',
}
const isInWeChat = () => /MicroMessenger/i.test(navigator.userAgent)

/** What a log-in elsewhere brought along, once. @type {any} */
let brought = null

/** Reads and wipes what stands behind the #. @returns {string} where somebody was before */
function takeHome() {
  const words = new URLSearchParams(location.hash.slice(1))
  if (!words.has('login') && !words.has('login-problem')) return location.hash
  brought = { login_code: words.get('login'), is_new: words.get('new') === '1', problem: words.get('login-problem') }
  const before = sessionStorage.getItem(RETURN) || ''
  sessionStorage.removeItem(RETURN)
  history.replaceState(null, '', location.pathname + before)
  return before
}

function leaveFor(way) {
  sessionStorage.setItem(RETURN, location.hash)
  location.assign(LEAVE[way])
  return new Promise(() => undefined)
}

/** A county that has WeChat's log-in alone is entered from WeChat alone. */
const chooseWay = (ways) => (ways.length === 1 ? ways[0].way : open((close) => dialog('怎么登录',
  make('h2', {}, ways.length ? '怎么登录？' : '请在微信里打开这一页'),
  make('menu', {}, ...ways.map((one) => button(one.name, () => close(one.way), true)), button('先不登录', () => close(null))))))

async function prove() {
  const { ways, is_demo: isDemo } = await ask('/login/ways')
  const way = await chooseWay(ways.filter((one) => one.way !== 'wechat_web' || isInWeChat()))
  if (!way) return null
  return way === 'sms' ? bySms(isDemo) : leaveFor(way)
}

/** Told before anybody leaves again: the other server would send them straight back with the same answer. */
const tellProblem = (problem) => open((close) => dialog('没有登录上', make('h2', {}, '没有登录上'),
  make('p', { id: 'login-failed' }, PROBLEMS[problem] || '登录没有成功。'),
  make('menu', {}, button('先不登录', () => close(false)), button('再登一次', () => close(true), true))))

/** @returns {Promise<string>} a code for POST /sessions; throws 'cancel' when somebody turns back */
async function login() {
  if (brought && brought.problem && !(await tellProblem(brought.problem))) {
    brought = null
    throw new Error('cancel')
  }
  const proof = brought && brought.login_code ? brought : await prove()
  brought = null
  if (!proof || (proof.is_new && !(await joinOrBegin(proof)))) throw new Error('cancel')
  return proof.login_code
}

module.exports = { login, ask, takeHome }
