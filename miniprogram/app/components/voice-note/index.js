const { sendFile } = require('../../api/tickets')
const { absolute } = require('../../core/send/send')
const { fromDevice } = require('../../core/errors')
const { showFailure } = require('../../core/ui/way_out')

const SECOND_MS = 1000

/** A recording of up to a minute: made here and sent, or played when it is there already. */
Component(/** @type {Record<string, any> & ThisType<any>} */ ({
  properties: {
    most: { type: Number, value: 60 },
    file: { type: Object, value: {} },
    canRecord: { type: Boolean, value: false },
  },
  data: { isRecording: false, isPlaying: false, passed: 0 },
  lifetimes: {
    detached() {
      clearInterval(this.ticking)
      if (this.player) this.player.destroy()
      if (this.data.isRecording) wx.getRecorderManager().stop()
    },
  },
  methods: {
    /** @param {any} file */
    tell(file) { this.triggerEvent('change', { file }) },

    record() {
      const recorder = wx.getRecorderManager()
      recorder.onStart(() => this.started())
      recorder.onStop((made) => this.stopped(made))
      recorder.onError((failure) => this.refused(failure))
      recorder.start({ duration: this.data.most * SECOND_MS, format: 'mp3', sampleRate: 16000, numberOfChannels: 1, encodeBitRate: 48000 })
    },

    started() {
      this.setData({ isRecording: true, passed: 0 })
      clearInterval(this.ticking)
      this.ticking = setInterval(() => this.setData({ passed: this.data.passed + 1 }), SECOND_MS)
    },

    stop() { wx.getRecorderManager().stop() },

    /** @param {{tempFilePath: string, duration: number}} made */
    stopped({ tempFilePath, duration }) {
      clearInterval(this.ticking)
      this.setData({ isRecording: false })
      const seconds = Math.min(this.data.most, Math.max(1, Math.round(duration / SECOND_MS)))
      return this.send({ path: tempFilePath, seconds })
    },

    /** @param {any} failure */
    refused(failure) {
      clearInterval(this.ticking)
      this.setData({ isRecording: false })
      return showFailure('录不了', fromDevice(failure, '麦克风', '请再试一次，打字也行。'))
    },

    /** @param {{path: string, seconds: number}} made */
    async send({ path, seconds }) {
      this.tell({ path, seconds, state: 'sending' })
      try {
        const { id } = await sendFile('voice', path, seconds)
        this.tell({ path, seconds, id, state: 'sent' })
      } catch (error) {
        this.tell({ path, seconds, state: 'failed', problem: error.message })
      }
    },

    again() { return this.send(/** @type {any} */ (this.data.file)) },
    drop() { this.tell({}) },

    play() {
      if (!this.player) {
        this.player = wx.createInnerAudioContext()
        this.player.onEnded(() => this.setData({ isPlaying: false }))
        this.player.onError(() => this.setData({ isPlaying: false }))
      }
      if (this.data.isPlaying) {
        this.player.stop()
        this.setData({ isPlaying: false })
        return
      }
      /** @type {any} */
      const file = this.data.file
      this.player.src = file.path || absolute(file.url)
      this.player.play()
      this.setData({ isPlaying: true })
    },
  },
}))
