/** The first question of all: what is held and what for, before anything is sent. */
Component({
  properties: { shown: { type: Boolean, value: false } },
  methods: {
    agree() { this.triggerEvent('agree') },
    decline() { this.triggerEvent('decline') },
    openPrivacy() { wx.navigateTo({ url: '/pages/privacy/index' }) },
    stay() {},
  },
})
