/** The five levels, when no server is at hand to name them. */

const LABELS = ['非常满意', '满意', '基本满意', '不满意', '非常不满意']
const FIRST_BAD = 4
const KEPT = 'levels'

/** @typedef {{level: number, label: string, reasons: {id: number, text: string}[]}} Level */

/** @returns {Level[]} */
const plainLevels = () => LABELS.map((label, index) => ({ level: index + 1, label, reasons: [] }))

/** Whether it asks what went wrong. @param {number} level */
const isBadLevel = (level) => level >= FIRST_BAD

/** Keeps the levels with their reasons for a later change. @param {Level[]} levels */
const keepLevels = (levels) => wx.setStorageSync(KEPT, levels)

/** @returns {Level[]} */
const keptLevels = () => wx.getStorageSync(KEPT) || plainLevels()

module.exports = { plainLevels, isBadLevel, keepLevels, keptLevels }
