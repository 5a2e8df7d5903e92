const anonymous = require('../../core/anonymous/anonymous')
const { takeBack, wordsOf } = require('../../core/anonymous/taking_back')

const NAMES = { survey: '这份问卷', ticket: '这件匿名诉求', word: '补给匿名诉求的话' }
const STILL = '这次还是没收下。过一会儿再试，急的事请打 12345。'
const NO_SIGNAL = '现在没传出去。信号好了自动再传，也可以再点一次。'

/** What is said before a letter is taken back, by its kind. @param {any} letter */
const warningOf = (letter) => {
  if (letter.kind === 'word') return `拿回来就不传了。您写的是：「${wordsOf(letter)}」。还想说，请记下来，凭回执再写。`
  if (letter.kind === 'survey') return '拿回来就不传了，票退给您，可以重新填。'
  return '拿回来就不传了，票退给您，写的话放回「匿名提」里，照片要重新选。'
}

/** @returns {any[]} what the page shows of the letters that were stepped over */
const shown = () => anonymous.stuck().map((letter) => ({ id: letter.id, name: NAMES[letter.kind] }))

/** Anonymous letters that the server failed again and again; told from what lies on the phone alone. */
Component(/** @type {Record<string, any> & ThisType<any>} */ ({
  data: { letters: [], isTrying: false, told: '' },
  lifetimes: {
    attached() {
      this.look()
      this.stopListening = anonymous.listen(() => this.look())
    },
    detached() { this.stopListening() },
  },
  methods: {
    look() { this.setData({ letters: shown() }) },

    async retry() {
      if (this.data.isTrying) return
      this.setData({ isTrying: true, told: '' })
      let told = ''
      const stop = anonymous.listen(({ state }) => {
        if (state === 'stuck') told = STILL
        if (state === 'waiting') told = NO_SIGNAL
      })
      await anonymous.flush()
      stop()
      this.setData({ isTrying: false, told })
    },

    /** @param {any} event */
    async takeBack(event) {
      const letter = anonymous.stuck().find((one) => one.id === event.currentTarget.dataset.id)
      if (!letter) return
      const content = warningOf(letter)
      const { confirm } = await wx.showModal({ title: '要拿回来吗？', content, confirmText: '拿回来', cancelText: '再等等' })
      if (!confirm) return
      takeBack(letter)
      this.setData({ told: '' })
    },
  },
}))
