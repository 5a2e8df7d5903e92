const unread = require('../core/ui/unread')

/** The four tabs with drawings, in letters that follow the phone's setting. */
Component({
  data: {
    here: '',
    unread: 0,
    tabs: [
      { id: 'home', path: 'pages/home/index', text: '首页', icon: 'home' },
      { id: 'village', path: 'pages/village/index', text: '本村', icon: 'village' },
      { id: 'notices', path: 'pages/notices/index', text: '消息', icon: 'bell' },
      { id: 'me', path: 'pages/me/index', text: '我的', icon: 'person' },
    ],
  },
  methods: {
    /** Called by the page it stands under, whenever that is shown. @param {string} route */
    showAt(route) { this.setData({ here: route, unread: unread.count() }) },

    open(/** @type {any} */ event) { wx.switchTab({ url: `/${event.currentTarget.dataset.path}` }) },
  },
})
