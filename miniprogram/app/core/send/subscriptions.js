/**
 * Leave for messages through WeChat: one accepted tap is one message, a long-term template is asked
 * for once. WeChat shows its question only inside a tap, so the templates are fetched before it.
 */
const { getTemplates, keepAccepted } = require('../../api/notices')

/** @type {{key: string, template_id: string, words: string}[]} */
let templates = []

/** Whoever has no template, or no signal, is asked nothing. @returns {Promise<boolean>} whether there is something to ask */
const prepare = async () => {
  templates = (await getTemplates().catch(() => ({ templates: [] }))).templates
  return templates.length > 0
}

/** Inside a tap, before anything is waited for; what was refused is no matter: the inbox has it all. @returns {Promise<boolean>} */
const ask = async () => {
  if (!templates.length) return false
  try {
    const answer = await wx.requestSubscribeMessage({ tmplIds: templates.map((template) => template.template_id) })
    const accepted = templates.filter((template) => answer[template.template_id] === 'accept').map((template) => template.key)
    if (accepted.length) await keepAccepted(accepted)
    return accepted.length > 0
  } catch {
    return false
  }
}

module.exports = { prepare, ask }
