const { absolute } = require('../../core/send/send')
const { dayWords } = require('../../core/ui/words')

const TONES = { reserved: 'leaf', handed_out: 'soft', cancelled: 'soft', expired: 'persimmon', returned: 'persimmon' }

/** One thing somebody reserved or fetched. */
Component({
  properties: { /** @type {any} */ redemption: { type: Object, value: null } },
  data: { photo: '', tone: 'leaf', when: '' },
  observers: {
    redemption(one) {
      if (!one) return
      const when = one.state === 'reserved'
        ? `留到 ${dayWords(one.keep_until)}，过期自动退分`
        : dayWords(one.handed_out_at || one.ended_at || one.reserved_at)
      this.setData({ photo: absolute(one.photo_url), tone: TONES[one.state] || 'soft', when })
    },
  },
})
