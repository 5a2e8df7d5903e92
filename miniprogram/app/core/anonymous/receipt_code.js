/** The receipt of an anonymous ticket: sixteen digits made on the phone, known to nobody else. */
const LENGTH = 16
const FAIR = 250

/** @returns {Promise<string>} every digit as likely as any other */
const makeCode = async () => {
  let code = ''
  while (code.length < LENGTH) {
    const { randomValues } = await wx.getRandomValues({ length: LENGTH })
    code += Array.from(new Uint8Array(randomValues)).filter((byte) => byte < FAIR).map((byte) => byte % 10).join('')
  }
  return code.slice(0, LENGTH)
}

/** What somebody typed, without spaces; null unless it is a whole receipt. @param {string} typed */
const codeOf = (typed) => {
  const digits = typed.replace(/[\s-]/g, '')
  return /^\d{16}$/.test(digits) ? digits : null
}

/** @param {string} code @returns {string[]} in groups of four */
const groupsOf = (code) => code.match(/\d{1,4}/g) || []

/** For reading aloud: digit by digit, a breath after each four. @param {string} code */
const spoken = (code) => groupsOf(code).map((group) => group.split('').join(' ')).join('，')

module.exports = { makeCode, codeOf, groupsOf, spoken }
