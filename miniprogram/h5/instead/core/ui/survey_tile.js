/** A browser holds no ballot: the tile says where the month's survey is answered, and leads to the page that says why. */
const surveyTile = () => ({
  title: '本月问卷', words: '请在微信里答，也可到村里填纸票', isOpen: false, isMissing: false, isWarning: false,
})

module.exports = { surveyTile }
