const { page } = require('../../../core/page')
const { levelsOf, plainLevels } = require('../../../core/levels')
const { changeRating, addFollowup } = require('../../../api/ratings')

/** The reasons a rating had, found again by their words. @param {any} rating @param {any[]} levels */
const reasonIdsOf = (rating, levels) => {
  const { reasons } = levels.find((one) => one.level === rating.level)
  return reasons.filter((one) => rating.reasons.includes(one.text)).map((one) => one.id)
}

Page(page({
  data: {
    state: 'ready', rating: null, levels: [], initialReasons: [], isChange: true, question: '',
    formProblem: '', isSending: false,
  },

  onLoad(query) {
    const rating = getApp().editing
    if (!rating) return
    const isChange = query.mode !== 'followup'
    const levels = isChange ? levelsOf(rating.service_point_name) : plainLevels()
    const question = isChange ? '想改成什么?' : '现在怎么样了?'
    wx.setNavigationBarTitle({ title: isChange ? '改一改' : '再说一次' })
    this.setData({ rating, isChange, levels, question, initialReasons: reasonIdsOf(rating, levels) })
  },

  async send(event) {
    const { level, reason_ids, words } = event.detail
    const { rating, isChange } = this.data
    this.setData({ isSending: true, formProblem: '' })
    try {
      if (isChange) await changeRating(rating.id, { level, reason_ids, words })
      else await addFollowup(rating.id, { level, words })
      wx.showToast({ title: isChange ? '改好了' : '记下了', icon: 'success' })
      wx.navigateBack()
    } catch (error) {
      this.setData({ isSending: false, formProblem: error.message })
    }
  },
}))
