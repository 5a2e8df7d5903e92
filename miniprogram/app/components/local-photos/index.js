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
        if (/cancel/.test((failure && failure.errMsg) || '')) return
        wx.showModal({ title: '没选成', content: '请在微信设置里允许用相机和相册，再试一次。', showCancel: false, confirmText: '知道了' })
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
