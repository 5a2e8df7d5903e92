'use strict'
/** Camera, randomness, vibration and facts about the phone. */

const LIBRARY = '3.7.0'

function device(phone) {
  const own = phone.device
  const themeListeners = new Set()
  phone.themeChanged = () => themeListeners.forEach((listener) => listener({ theme: own.theme() }))
  const appBase = () => ({
    SDKVersion: LIBRARY, language: 'zh_CN', version: '8.0.50', enableDebug: false, theme: own.theme(),
    fontSizeSetting: own.fontSize(), fontSizeScaleFactor: own.fontSize() / 16, host: { env: 'WeChat', appId: '' },
  })
  const windowInfo = () => ({ pixelRatio: 2, statusBarHeight: 24, screenTop: 0, ...own.size() })
  return {
    calls: {
      scanCode: (options) => own.scan(options),
      chooseMedia: (options) => own.chooseMedia(options),
      getRandomValues: async ({ length }) => ({ randomValues: own.randomBytes(length) }),
      vibrateShort: async () => ({}),
      requestSubscribeMessage: async ({ tmplIds }) => Object.fromEntries(tmplIds.map((id) => [id, 'accept'])),
      makePhoneCall: ({ phoneNumber }) => own.dial(phoneNumber),
      setClipboardData: async () => ({}),
      getPrivacySetting: async () => ({ needAuthorization: false, privacyContractName: '《用户隐私保护指引》' }),
      requirePrivacyAuthorize: async () => ({}),
      openPrivacyContract: () => own.openPrivacy(),
    },
    direct: {
      getAppBaseInfo: appBase,
      getWindowInfo: windowInfo,
      getDeviceInfo: () => ({ brand: 'devtools', model: 'preview', platform: 'devtools', system: 'Android 13' }),
      getSystemInfoSync: () => ({ ...appBase(), ...windowInfo() }),
      getAccountInfoSync: () => ({ miniProgram: { appId: 'preview', envVersion: 'develop', version: '' } }),
      onThemeChange: (listener) => themeListeners.add(listener),
      offThemeChange: (listener) => (listener ? themeListeners.delete(listener) : themeListeners.clear()),
      getUpdateManager: () => ({ onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
      canIUse: () => true,
      nextTick: (act) => setTimeout(act, 0),
      env: { USER_DATA_PATH: 'wxfile://usr' },
    },
  }
}

module.exports = { device }
