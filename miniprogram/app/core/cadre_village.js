/** The village a cadre of several looked at last: chosen once, not at every opening. */
const NAME = 'cadre_village'

/** @returns {number} 0 where nothing was chosen */
const keptVillage = () => Number(wx.getStorageSync(NAME)) || 0
const keepVillage = (/** @type {number} */ id) => wx.setStorageSync(NAME, id)

module.exports = { keptVillage, keepVillage }
