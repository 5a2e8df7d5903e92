const { fromDevice, isCancelled } = require('../../core/errors')
const { showFailure } = require('../../core/ui/way_out')

const CHOICE = { mediaType: ['image'], sizeType: ['compressed'], sourceType: ['album', 'camera'] }

/** Up to a few photos that stay on the phone until they are sealed together with the words. */
Component(/** @type {Record<string, any> & ThisType<any>} */ ({
  properties: {
    most: { type: Number, value: 3 },
    files: { type: Array, value: [] },
  },
  methods: {
    async add() {
      const free = this.data.most - this.data.files.length
      if (free <= 0) return
      /** @type {any} */
      let chosen
      try {
        chosen = await wx.chooseMedia({ .../** @type {any} */ (CHOICE), count: free })
      } catch (failure) {
        if (isCancelled(failure)) return
        await showFailure('没选成', fromDevice(failure, '相机和相册', '请再试一次。'))
        return
      }
      const added = chosen.tempFiles.slice(0, free).map((/** @type {any} */ one) => ({ path: one.tempFilePath }))
      this.triggerEvent('change', { files: this.data.files.concat(added) })
    },

    /** @param {any} event */
    drop(event) {
      const { path } = event.currentTarget.dataset
      this.triggerEvent('change', { files: this.data.files.filter((/** @type {any} */ one) => one.path !== path) })
    },
  },
}))
