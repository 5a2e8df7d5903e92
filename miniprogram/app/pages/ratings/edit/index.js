const { page } = require('../../../core/ui/page')
const { keptLevels, plainLevels } = require('../../../core/ui/levels')
const { changeRating, addFollowup } = require('../../../api/ratings')

Page(page({
  data: {
    state: 'ready', rating: null, levels: [], initialReasons: [], isChange: true, question: '',
    formProblem: '', isSending: false,
  },

  onLoad(query) {
    const rating = getApp().editing
    if (!rating) return
    const isChange = query.mode !== 'followup'
    const levels = isChange ? keptLevels() : plainLevels()
    const question = isChange ? '想改成什么？' : '现在怎么样了？'
    wx.setNavigationBarTitle({ title: isChange ? '改一改' : '再说一次' })
    this.setData({ rating, isChange, levels, question, initialReasons: rating.reason_ids })
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
