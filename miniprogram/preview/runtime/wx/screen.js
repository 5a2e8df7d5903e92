'use strict'
/** Pages, title, tab bar and everything that pops up. */

function screen(phone) {
  const { stack } = phone
  const view = phone.screen
  return {
    calls: {
      navigateTo: async ({ url }) => { stack.push(url) },
      redirectTo: async ({ url }) => { stack.replace(url) },
      switchTab: async ({ url }) => { stack.switchTab(url) },
      reLaunch: async ({ url }) => { stack.restart(url) },
      navigateBack: async ({ delta }) => { stack.back(delta) },
      setNavigationBarTitle: async ({ title }) => {
        stack.top.title = title
        view.show(stack.top, stack)
      },
      setNavigationBarColor: async () => ({}),
      showToast: async (options) => { view.toast(options) },
      hideToast: async () => { view.toast(null) },
      showLoading: async (options) => { view.toast({ ...options, icon: 'loading', duration: 60000 }) },
      hideLoading: async () => { view.toast(null) },
      showModal: (options) => view.modal(options),
      showActionSheet: (options) => view.actionSheet(options),
      pageScrollTo: async (options) => { view.scrollTo(stack.top, options) },
      stopPullDownRefresh: async () => ({}),
      setTabBarBadge: async () => ({}),
      removeTabBarBadge: async () => ({}),
    },
  }
}

module.exports = { screen }
