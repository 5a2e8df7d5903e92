const { toneOf } = require('../../core/ui/lights')

/** One ticket in a list: what it is about, who has it, until when. */
Component(/** @type {Record<string, any> & ThisType<any>} */ ({
  properties: {
    ticket: { type: Object, value: {} },
    /** What a tap leads to, for those who have to act. */
    leads: { type: String, value: '' },
  },
  data: { tone: 'soft', icon: 'other', said: '', label: '' },
  observers: {
    /** @param {any} ticket */
    ticket(ticket) {
      if (!ticket || !ticket.light) return
      const isModerated = ticket.words_state === 'moderated' && !ticket.words
      const said = ticket.words || (isModerated ? '文字正在核定' : '照片或录音')
      this.setData({
        tone: toneOf(ticket),
        icon: ticket.category ? ticket.category.icon : 'other',
        said,
        label: `${ticket.kind_name},${said},${ticket.state_name},${ticket.light.word},${ticket.due_text}`,
      })
    },
  },
  methods: {
    open() { this.triggerEvent('open', { id: this.data.ticket.id }) },
  },
}))
