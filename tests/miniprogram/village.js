'use strict'
/** A server of one village, spoken to at the level of wx.request. */

const HOST = 'https://village-voice.example.cn/api/v1'
const VILLAGE = { id: 11, name: '西村', township: '庄里镇', county: '富平县' }
const LABELS = ['非常满意', '满意', '基本满意', '不满意', '非常不满意']
const GOOD = ['办得快', '态度好']
const BAD = ['等太久', '没说清楚']

const LEVELS = LABELS.map((label, index) => ({
  level: index + 1,
  label,
  reasons: (index < 3 ? GOOD : BAD).map((text, place) => ({ id: (index + 1) * 10 + place, text })),
}))

const error = (statusCode, code, message) => ({ statusCode, data: { code, message, errors: {}, request_id: 'r' } })
const fine = (data, statusCode = 200) => ({ statusCode, data })

const LANDING = {
  scan_token: 'scan-token-1', scan_token_expires_at: '2026-11-20T00:10:00Z', village: VILLAGE,
  service_point: { id: 1, name: '办事窗口', kind: 'window', kind_name: '办事窗口', icon: 'desk', photo_url: null },
  may_rate: true, refusal: null, rated_today: null, levels: LEVELS, points_for_rating: 2, suggest_binding: true,
}

const CARD = {
  village: VILLAGE, month: '2026-11', months: ['2026-10', '2026-11'], n: 83, flagged: 0, month_closed: false,
  satisfaction: { value: '86.4', low: '82.1', high: '90.7', status: 'ok', text: '' },
  positive_rate: { value: '93.2', low: '88.0', high: '96.0', status: 'ok', text: '' },
  levels: LABELS.map((label, index) => ({ level: index + 1, label, count: [41, 27, 9, 4, 2][index] })),
  trend: [{ month: '2026-10', value: '80.0', n: 60, status: 'ok' }, { month: '2026-11', value: '86.4', n: 83, status: 'ok' }],
  plain: {
    total: '81.25', light: { code: 'green', word: '正常', icon: '●' }, few: false,
    done: '提了 6 件事，办了 5 件，4 件村民说解决了。', published: '/p/610528100201/2026-11',
    sentences: ['大伙评了 83 次，满意度 86.4 分，实际多半在 82 到 91 分之间。', '大伙提了 6 件事，办了 5 件，4 件村民说解决了。',
      '丢分最多的是响应率，丢了 3.20 分。'],
  },
}

const RATING = {
  id: 7, level: 4, label: '不满意', reason_ids: [40], reasons: ['等太久'], words: '等了一上午', words_state: 'shown',
  rated_on: '2026-11-19', change_until: new Date(Date.now() + 3 * 86400000).toISOString(),
  village_name: '西村', service_point_name: '办事窗口', followup: null,
}

const OPTIONS = {
  kinds: [{ code: 'help', name: '求助', hint: '' }, { code: 'complaint', name: '投诉', hint: '' }],
  categories: [
    { code: 'water', name: '供水', icon: 'water', examples: [] },
    { code: 'light', name: '路灯', icon: 'light', examples: [] },
  ],
  confidential_hint: '办事的人看不到您的姓名和电话', most_photos: 3, most_seconds: 60,
}

/** A ticket as its author sees it; a test changes what it needs. */
const ticket = (changes = {}) => ({
  id: 5, number: '610528-26-000005', kind: 'help', kind_name: '求助', category: { code: 'light', name: '路灯', icon: 'light' },
  words: '村口路灯不亮', words_state: 'shown', state: 'assigned', state_name: '还没接手', group: 'open',
  light: { code: 'ok', word: '按时', icon: '●' }, due_at: '2026-11-27T10:00:00Z', due_text: '11月27日（周五）下午前办完',
  unit_name: '西村', village_name: '西村', created_at: '2026-11-20T02:00:00Z', round: 1, needs: null, version: 3,
  place_note: null, group_name: null, files: [], confidential: false, about_cadres: false,
  timeline: [{ at: '2026-11-20T02:00:00Z', title: '您提了这件事', words: null, by: '您', files: [], tone: 'plain' }],
  answer: null, question: null, verdict: null, extension: null, reopened_by_villager: false, may: ['withdraw'], contact: null,
  ...changes,
})

const isBound = (binding) => ({
  village: VILLAGE, village_ids: [(binding?.village || VILLAGE).id], group: null, household: null, bound_at: '2026-11-01T00:00:00Z', ...binding,
})

/** Answers like the county's server; a test replaces any answer by `METHOD /path`. */
class Village {
  constructor(answers = {}) {
    this.asked = []
    this.tokens = new Set()
    this.binding = null
    this.balance = 0
    this.ratings = []
    this.points = []
    this.tickets = []
    this.answers = answers
    this.send = async (options) => this.answer(options)
  }

  /** Requests made so far to one endpoint. */
  requests(endpoint) {
    return this.asked.filter((one) => one.endpoint === endpoint)
  }

  async answer({ method, url, data, header }) {
    const [path, search = ''] = url.slice(HOST.length).split('?')
    const endpoint = `${method} ${path}`
    const asked = { endpoint, search: new URLSearchParams(search), data, header }
    this.asked.push(asked)
    if (endpoint === 'POST /sessions' && !this.answers[endpoint]) return this.openSession()
    const token = (header.Authorization || '').replace('Bearer ', '')
    if (endpoint !== 'POST /sessions' && !this.tokens.has(token)) return error(401, 'not_logged_in', '请先登录')
    const own = this.answers[endpoint]
    if (endpoint === 'GET /me/home' && !own) return this.home(header)
    if (own) return own(asked, this)
    return this.usual(asked)
  }

  /** The first page is made of what the single ends say. */
  async home(header) {
    const ask = async (path) => (await this.answer({ method: 'GET', url: `${HOST}${path}`, header })).data
    const [me, points, tickets, notices] = await Promise.all(['/me', '/me/points', '/me/tickets', '/me/notices'].map(ask))
    const isCadre = (me.roles || []).some((grant) => grant.role === 'cadre')
    return fine({
      me, balance: points.balance, tickets, unread: notices.unread, headline: isCadre ? (await ask('/cadre/tickets?view=todo')).headline : '',
      scorecard: me.binding ? await ask(`/villages/${me.binding.village.id}/scorecard`) : null,
    })
  }

  openSession() {
    const token = `token-${this.tokens.size + 1}`
    this.tokens.add(token)
    return fine({ token, expires_at: '', me: {} }, 201)
  }

  usual({ endpoint, data }) {
    const answers = {
      'DELETE /sessions/current': () => fine('', 204),
      'GET /me': () => fine({ binding: this.binding, roles: [], balance: this.balance }),
      'PUT /me/binding': () => { this.binding = isBound(); return fine({ binding: this.binding }) },
      'GET /codes/CODE1': () => fine(LANDING),
      'POST /ratings': () => fine({ ...RATING, ...data, label: LABELS[data.level - 1], points_awarded: 2, balance: 2 }, 201),
      'GET /villages/11/call-back': () => fine({ office: '庄里镇', answer_by: '2026-12-02T18:00:00+08:00', day: '12月2日（周三）下午前' }),
      'GET /me/ratings': () => fine({ items: this.ratings, next: null }),
      'GET /me/struck-ratings': () => fine({ ids: [], words: '申诉成立，不计入得分' }),
      'GET /me/points': () => fine({ balance: this.balance, items: this.points, next: null }),
      'GET /me/points/standing': () => fine({ number: 712345678901, freeze: null, expiry: null, rules: null, draws: false, survey_points: 0 }),
      'GET /me/draws': () => fine({ items: [] }),
      'GET /villages/11/scorecard': () => fine(CARD),
      'GET /me/tickets': () => fine({ items: this.tickets, next: null, needing_answer: this.tickets.filter((one) => one.needs).length }),
      'GET /me/notices': () => fine({ items: [], next: null, unread: 0 }),
      'GET /me/subscriptions': () => fine({ templates: [] }),
      'GET /ticket-options': () => fine(OPTIONS),
      'GET /regions': () => fine({ items: [] }),
      'POST /ticket-suggestions': () => fine({ category: null, kind: null, because: [] }),
      'POST /tickets': () => fine(ticket(), 201),
      'GET /rewards': () => fine({ bound: true, balance: this.balance, frozen: false, waiting: 0, items: [] }),
      'GET /me/redemptions': () => fine({ items: [], next: null }),
      'GET /exchange-points': () => fine({ items: [] }),
      'GET /shop': () => fine({ shops: [], counter: null }),
    }
    return answers[endpoint] ? answers[endpoint]() : error(404, 'not_found', '没有这个地址')
  }
}

module.exports = { Village, ticket, OPTIONS, VILLAGE, LANDING, CARD, RATING, LEVELS, isBound, error, fine }
