/** The workbook with one's own data: fetched by a link that is good for a quarter of an hour. */
const { ApiError, fromAnswer, fromFailure } = require('../errors')
const consent = require('../consent')
const { absolute } = require('./send')

const PATIENCE_MS = 60000

/** @param {string} url @returns {Promise<string>} where the file lies */
const fetchFile = (url) => new Promise((resolve, reject) => {
  consent.need()
  wx.downloadFile({
    url: absolute(url),
    timeout: PATIENCE_MS,
    success: ({ statusCode, tempFilePath }) => {
      if (statusCode === 200) resolve(tempFilePath)
      else reject(fromAnswer({ statusCode, data: null }))
    },
    fail: (failure) => reject(fromFailure(failure)),
  })
})

/** Shows it in WeChat, where it can be sent on or kept. @param {string} url */
const openOwnFile = async (url) => {
  const filePath = await fetchFile(url)
  await wx.openDocument({ filePath, fileType: 'xlsx', showMenu: true }).catch(() => {
    throw new ApiError({ code: 'cannot_open', message: '表格写好了，这部手机打不开。换一部手机，或到县里的窗口拿一份。' })
  })
}

module.exports = { openOwnFile }
