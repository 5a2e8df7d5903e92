const { groupsOf, spoken } = require('../../core/anonymous/receipt_code')

/** A receipt, large, in groups of four; read aloud digit by digit. */
Component({
  properties: { code: { type: String, value: '' } },
  data: { /** @type {any[]} */ groups: [], said: '' },
  observers: {
    code(code) { this.setData({ groups: /** @type {any} */ (groupsOf(code)), said: spoken(code) }) },
  },
})
