const { page } = require('../../core/ui/page')
const { absolute } = require('../../core/send/send')
const { dayWords, monthWords } = require('../../core/ui/words')
const { getPublished } = require('../../api/villages')

Page(page({
  data: { told: null, parts: [], monthWords: '', day: '' },

  async fetch({ village, month }) {
    const told = await getPublished(village, month)
    const parts = [
      { id: 'said', title: '您说了什么', lines: told.said },
      { id: 'done', title: '村里办了什么', lines: told.done },
      { id: 'left', title: '还有什么没办', lines: told.left },
      { id: 'corrections', title: '后来更正', lines: told.corrections },
    ]
    return {
      told, parts: parts.filter(({ lines }) => lines.length), monthWords: monthWords(told.month), day: dayWords(told.published_at),
    }
  },

  /** The page for everybody opens in a browser: its address is put where it can be pasted. */
  copyAddress() {
    wx.setClipboardData({
      data: absolute(this.data.told.path),
      success: () => wx.showToast({ title: '网址复制好了，粘到浏览器里看', icon: 'none' }),
      fail: () => undefined,
    })
  },
}))
