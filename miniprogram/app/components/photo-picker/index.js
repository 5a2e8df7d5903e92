const { sendFile } = require('../../api/tickets')
const { sendProof } = require('../../api/scores')
const { fromDevice, isCancelled } = require('../../core/errors')
const { showFailure } = require('../../core/ui/way_out')

const LARGE_BYTES = 600 * 1024
const WIDTH = 1600

/**
 * A large photo is made small before it is sent; a phone that cannot do it sends it as it is.
 * @param {{tempFilePath: string, size?: number}} photo @returns {Promise<string>}
 */
const small = ({ tempFilePath, size }) => new Promise((resolve) => {
  if (!size || size <= LARGE_BYTES) return resolve(tempFilePath)
  wx.compressImage({
    src: tempFilePath,
    quality: 80,
    compressedWidth: WIDTH,
    success: (made) => resolve(made.tempFilePath),
    fail: () => resolve(tempFilePath),
  })
})

const SAFE_TRIES = { count: 1, mediaType: ['image'], sizeType: ['compressed'], sourceType: ['album', 'camera'] }

/**
 * Up to a few photos, each sent as soon as it is chosen; one that did not get through says so
 * and can be sent again.
 */
Component(/** @type {Record<string, any> & ThisType<any>} */ ({
  properties: {
    most: { type: Number, value: 3 },
    files: { type: Array, value: [] },
    label: { type: String, value: '加照片' },
    /** What the photos will hang on: a ticket or an objection. */
    subject: { type: String, value: 'ticket' },
  },
  methods: {
    /** @param {any[]} files */
    tell(files) { this.triggerEvent('change', { files }) },

    async add() {
      const free = this.data.most - this.data.files.length
      if (free <= 0) return
      /** @type {any} */
      let chosen
      try {
        chosen = await wx.chooseMedia({ .../** @type {any} */ (SAFE_TRIES), count: free })
      } catch (failure) {
        if (isCancelled(failure)) return
        await showFailure('没选成', fromDevice(failure, '相机和相册', '请再试一次。'))
        return
      }
      for (const photo of chosen.tempFiles.slice(0, free)) await this.send(await small(photo))
    },

    /** @param {string} path */
    async send(path) {
      const others = () => this.data.files.filter((/** @type {any} */ one) => one.path !== path)
      this.tell(others().concat({ path, state: 'sending' }))
      try {
        const { id } = await (this.data.subject === 'objection' ? sendProof(path) : sendFile('photo', path))
        this.tell(others().concat({ path, id, state: 'sent' }))
      } catch (error) {
        this.tell(others().concat({ path, state: 'failed', problem: error.message }))
      }
    },

    /** @param {any} event */
    again(event) { return this.send(event.currentTarget.dataset.path) },

    /** @param {any} event */
    drop(event) {
      const { path } = event.currentTarget.dataset
      this.tell(this.data.files.filter((/** @type {any} */ one) => one.path !== path))
    },
  },
}))
