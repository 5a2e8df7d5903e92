'use strict'
/** A whole county for the anonymous survey: village server, public files and the anonymous server. */
const { constants, createHash, generateKeyPairSync, privateDecrypt } = require('node:crypto')
const { Village, isBound, VILLAGE, error, fine } = require('./village')
const { openApp } = require('../../miniprogram/preview/node')
const { isSigned, context } = require('../../miniprogram/app/core/anonymous/blind')
const { monthsBefore } = require('../../miniprogram/app/core/clock')
const { ballotsOf } = require('./mortal')
const { fromBase64, fromHex, join, toBase64, toHex } = require('../../miniprogram/app/core/bytes')

const MAIN = 'https://village-voice.example.cn'
const ANONYMOUS = 'https://anonymous.test'
const MINE = { ...VILLAGE, county_id: 1 }
const DAY_MS = 86400000
/** What every phone asks for at each opening, whoever it is. */
const INBOX = 'GET /surveys/inbox.json'

const makeKey = () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const n = Buffer.from(privateKey.export({ format: 'jwk' }).n, 'base64url').toString('hex')
  const sign = (blinded) => toBase64(privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, fromBase64(blinded)))
  /** For tests of a key that is not the public one: what does not fit is made to fit. */
  const tag = (blinded) => {
    const rest = BigInt(`0x${toHex(fromBase64(blinded))}`) % BigInt(`0x${n}`)
    return sign(toBase64(fromHex(rest.toString(16).padStart(512, '0'))))
  }
  return { n, sign, tag }
}

/** Keys take time to make, and every test may use the same. */
const KEYS = { survey: makeKey(), ticket: makeKey(), other: makeKey(), otherTicket: makeKey() }

const QUESTIONS = [
  { kind: 'level', words: '最近办事方便吗？', options: [] },
  { kind: 'single', words: '最该先办哪件？', options: ['修路', '供水', '路灯'] },
  { kind: 'text', words: '有什么建议？', options: [] },
]

/** The month in China, as the phone counts. */
const monthOf = (at) => new Date(at + 8 * 3600000).toISOString().slice(0, 7)

class County extends Village {
  constructor(answers = {}) {
    super(answers)
    this.binding = isBound({ village: MINE })
    this.period = monthOf(Date.now())
    /** Of every month's key file: `change` before it is pinned, `alter` afterwards. */
    this.change = (file) => file
    this.alter = (bytes) => bytes
    /** The unit of the villager who asks, and what its ballots are signed with. */
    this.unit = 70
    this.signers = { survey: KEYS.survey, ticket: KEYS.ticket }
    this.round = this.openRound()
    this.results = {}
    /** The published lists of counted answers, by month. */
    this.lists = {}
    /** What the servers remember: who fetched ballots of which month, and which tokens came back. */
    this.issued = {}
    this.spent = new Map()
    /** The anonymous inbox: what only lies in memory, which inbox it is, how often it was flushed. */
    this.inbox = new Set()
    this.epochs = 1
    this.flushed = {}
    this.header = {}
  }

  /** The months whose ballots a phone fetches now. */
  get coming() {
    return [monthsBefore(this.period, -1), monthsBefore(this.period, -2)]
  }

  pinned(period) {
    const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
    return Buffer.from(JSON.stringify(this.change(this.keyFile(period))).replace(/[^\0-\x7f]/g, escaped))
  }

  digestOf(period) {
    return createHash('sha256').update(this.pinned(period)).digest('hex')
  }

  keyFile(period) {
    return {
      period,
      county: 1,
      units: {
        70: { name: '庄里镇 西村、东村', size: 64, villages: [11, 12] },
        71: { name: '庄里镇 远村', size: 31, villages: [13] },
      },
      keys: [
        { unit: 70, use: 'survey', n: KEYS.survey.n }, { unit: 70, use: 'ticket', n: KEYS.ticket.n },
        { unit: 71, use: 'survey', n: KEYS.other.n }, { unit: 71, use: 'ticket', n: KEYS.otherTicket.n },
      ],
    }
  }

  openRound(changes = {}) {
    return {
      period: this.period, title: '这个月的问卷', state: 'open', opens_at: new Date(Date.now() - DAY_MS).toISOString(),
      closes_at: new Date(Date.now() + DAY_MS).toISOString(), has_answers: false, points: 5,
      units: { 70: { name: '庄里镇 西村、东村', questions: QUESTIONS } }, ...changes,
    }
  }

  ext() {
    const months = [-3, -2, -1, 0, 1].map((by) => monthsBefore(this.period, by))
    return { anonymous_host: ANONYMOUS, key_digests: Object.fromEntries(months.map((one) => [one, this.digestOf(one)])) }
  }

  /** The parts of a phone that belong to this county. */
  device(more = {}) {
    return { send: this.send, extConfig: () => this.ext(), ...more }
  }

  async answer(options) {
    const found = await this.route(options)
    return { header: this.header, ...found }
  }

  route(options) {
    const { url, method, header, data } = options
    if (url.startsWith(`${MAIN}/api/v1`)) return super.answer(options)
    const endpoint = `${method} ${url.replace(MAIN, '').replace(ANONYMOUS, '')}`
    // As it was sent: the phone may change its own copy later.
    const asked = { endpoint, url, header, data: data && JSON.parse(JSON.stringify(data)), responseType: options.responseType }
    this.asked.push(asked)
    const own = this.answers[endpoint]
    if (own) return own(asked, this)
    if (url.startsWith(`${ANONYMOUS}/anon/`)) return this.anonymous(asked)
    return this.open(asked)
  }

  open({ endpoint, responseType }) {
    const [, asked] = endpoint.match(/^GET \/keys\/1\/(\d{4}-\d\d)\.json$/) || []
    if (asked) {
      const bytes = this.alter(this.pinned(asked))
      return responseType === 'arraybuffer' ? fine(new Uint8Array(bytes).buffer) : fine(JSON.parse(bytes.toString()))
    }
    if (endpoint === INBOX) return fine({ inbox_epochs: [this.epoch], flushed_through: { ...this.flushed } })
    if (endpoint === `GET /surveys/1/${this.period}.json` && this.round) return fine(this.round)
    const listed = Object.keys(this.lists).find((one) => endpoint === `GET /surveys/1/${one}/answers.json`)
    if (listed) return fine({ period: listed, lists: this.lists[listed] })
    const month = Object.keys(this.results).find((one) => endpoint === `GET /surveys/1/${one}/results.json`)
    if (month) return fine(this.results[month])
    return error(404, endpoint.startsWith('GET /keys/') ? 'keys_unknown' : 'round_unknown', '这个月还没有')
  }

  /** Everything asked for but the file that everybody asks for. */
  get others() {
    return this.asked.filter((one) => one.endpoint !== INBOX)
  }

  usual(asked) {
    if (asked.endpoint === 'POST /ballots') return this.issue(asked.data)
    return super.usual(asked)
  }

  /** Ahead alone; one person, one month: another request is refused, the same one gets the same answer. */
  issue(data) {
    if (!this.coming.includes(data.period)) return error(409, 'not_ahead', '匿名票只提前领')
    const blinded = [data.survey, ...data.tickets].join()
    const known = this.issued[data.period]
    if (known && known !== blinded) return error(409, 'already_issued', '这个月的匿名票已经领过了')
    this.issued[data.period] = blinded
    return fine({ unit: this.unit, survey: this.signers.survey.sign(data.survey), tickets: data.tickets.map(this.signers.ticket.sign) })
  }

  get epoch() {
    return `inbox-${this.epochs}`
  }

  /** What the hour does. */
  flush() {
    this.inbox.clear()
    this.flushed[this.epoch] = (this.flushed[this.epoch] || 0) + 1
  }

  /** The anonymous server's memory is gone, and with it what was not flushed. */
  crash() {
    this.inbox.forEach((id) => this.spent.delete(id))
    this.inbox.clear()
    this.epochs += 1
  }

  /** What a phone is told of something it sent, under the name that makes it come in once. */
  keep(id, data) {
    const status = this.spent.has(id) ? 'already' : 'ok'
    if (status === 'ok') {
      this.spent.set(id, data)
      this.inbox.add(id)
    }
    return { status, durable: !this.inbox.has(id), epoch: this.epoch, flushed_through: this.flushed[this.epoch] || 0 }
  }

  /** A token once; what is sent again with it changes nothing. */
  anonymous({ endpoint, data, header }) {
    if (Object.keys(header).length) return error(400, 'named', '不该带身份')
    if (endpoint === 'POST /anon/receipt/word') {
      return fine(this.keep(data.id, data))
    }
    const use = { 'POST /anon/response': 'survey', 'POST /anon/feedback': 'ticket' }[endpoint]
    if (!use) return error(404, 'not_found', '没有这个地址')
    if (!this.isGood(use, data)) return error(403, 'bad_token', '这张匿名票不对，请打开小程序重新领')
    return fine(this.keep(data.r, data))
  }

  isGood(use, { kid, r, sig }) {
    const ctx = context(use, this.period, this.unit)
    const modulus = fromHex(this.signers[use].n)
    const name = createHash('sha256').update(join(ctx, modulus)).digest('hex')
    return name === toHex(fromBase64(kid)) && isSigned(modulus, join(fromBase64(r), ctx), fromBase64(sig))
  }
}

/** A phone's storage that has seen the month before: this month's ballots are on it, and the questions. */
const phoneWithBallots = async () => {
  const county = new County()
  county.period = monthsBefore(county.period, 1)
  county.header = { Date: new Date(`${county.period}-15T04:00:00Z`).toUTCString() }
  const early = await openApp({ device: county.device() })
  const { storage } = early
  await early.until(() => county.coming.every((one) => ballotsOf(storage, one)?.state === 'ready'))
  storage.removeItem('clock_ahead_ms')
  const now = new County()
  now.issued = county.issued
  const phone = await openApp({ device: now.device({ storage }) })
  await phone.until(() => now.coming.every((one) => ballotsOf(storage, one)?.state === 'ready'))
  await phone.until(() => storage.getItem('survey_round'))
  return storage.map
}

/** What a padded body holds: its JSON, and the bytes behind it. */
const unpad = (body, lead) => {
  const bytes = Buffer.from(body, 'base64url')
  const length = bytes.readUIntBE(0, lead)
  return { size: bytes.length, content: JSON.parse(bytes.subarray(lead, lead + length)), rest: bytes.subarray(lead + length) }
}

/** A word of a receipt's holder: two bytes of length, that many of JSON, zeros; as long as any other. */
const wordOf = ({ word }) => {
  const bytes = Buffer.from(word, 'base64url')
  if (bytes.length !== 2048) throw new Error(`a word of ${bytes.length} bytes`)
  return JSON.parse(bytes.subarray(2, 2 + bytes.readUInt16BE()))
}

module.exports = { County, KEYS, MAIN, ANONYMOUS, INBOX, MINE, QUESTIONS, monthOf, phoneWithBallots, unpad, error, fine, wordOf }
