'use strict'
/** Camera, randomness, vibration and facts about the phone. */

const LIBRARY = '3.7.0'

/** The one recorder of a phone; its events come as WeChat's do, a later listener replaces the first. */
function recorderOf(own) {
  const heard = {}
  const tell = (name, value) => { if (heard[name]) heard[name](value) }
  let running = null
  const finish = () => {
    if (!running) return
    const { stop, timer, began } = running
    running = null
    clearTimeout(timer)
    stop().then(
      (tempFilePath) => tell('stop', { tempFilePath, duration: Math.max(1, Date.now() - began), fileSize: 0 }),
      (error) => tell('error', { errMsg: error.message }),
    )
  }
  return {
    start: ({ duration = 60000 } = {}) => {
      own.record().then((stop) => {
        running = { stop, began: Date.now(), timer: setTimeout(finish, duration) }
        tell('start')
      }, (error) => tell('error', { errMsg: `operateRecorder:fail ${error.message}` }))
    },
    stop: finish,
    onStart: (act) => { heard.start = act },
    onStop: (act) => { heard.stop = act },
    onError: (act) => { heard.error = act },
  }
}

/** One sound at a time, played by the device. */
function player(own) {
  const heard = {}
  const tell = (name) => { if (heard[name]) heard[name]() }
  const sound = { src: '', playing: null }
  const quiet = () => {
    if (sound.playing) sound.playing.stop()
    sound.playing = null
  }
  return Object.assign(sound, {
    play: () => {
      quiet()
      sound.playing = own.play(sound.src, () => { sound.playing = null; tell('ended') }, () => tell('error'))
    },
    stop: quiet,
    destroy: quiet,
    onEnded: (act) => { heard.ended = act },
    onError: (act) => { heard.error = act },
  })
}

/** The files a mini-program may read and write; they belong to the device. */
function files(own) {
  const act = (work) => (options) => {
    Promise.resolve().then(() => work(options)).then(
      (value) => { if (options.success) options.success({ errMsg: 'ok', ...value }) },
      (error) => { if (options.fail) options.fail({ errMsg: `fail ${error.message}` }) },
    ).then(() => { if (options.complete) options.complete({}) })
  }
  return {
    readFile: act(async ({ filePath }) => ({ data: await own.readFile(filePath) })),
    writeFile: act(({ filePath, data }) => own.writeFile(filePath, data)),
    unlink: act(({ filePath }) => own.removeFile(filePath)),
  }
}

function device(phone) {
  const own = phone.device
  const recorder = recorderOf(own)
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
      requestSubscribeMessage: ({ tmplIds }) => own.askToSubscribe(tmplIds),
      previewImage: (options) => own.previewImage(options),
      openDocument: ({ filePath }) => own.openDocument(filePath),
      compressImage: (options) => own.compressImage(options),
      saveImageToPhotosAlbum: ({ filePath }) => own.saveToAlbum(filePath),
      openSetting: () => own.openSetting(),
      makePhoneCall: ({ phoneNumber }) => own.dial(phoneNumber),
      setClipboardData: ({ data }) => own.copy(data),
      getPrivacySetting: async () => ({ needAuthorization: !phone.agreedToPrivacy, privacyContractName: '《用户隐私保护指引》' }),
      // Without a question of the app's own, WeChat asks in its own window.
      requirePrivacyAuthorize: async () => { phone.agreedToPrivacy = true },
      openPrivacyContract: () => own.openPrivacy(),
    },
    direct: {
      getExtConfigSync: () => own.extConfig(),
      getFileSystemManager: () => files(own),
      getRecorderManager: () => recorder,
      createInnerAudioContext: () => player(own),
      getAppBaseInfo: appBase,
      getWindowInfo: windowInfo,
      getDeviceInfo: () => ({ brand: 'devtools', model: 'preview', platform: 'devtools', system: 'Android 13' }),
      getSystemInfoSync: () => ({ ...appBase(), ...windowInfo() }),
      getAccountInfoSync: () => ({ miniProgram: { appId: 'preview', envVersion: 'develop', version: '' } }),
      onThemeChange: (listener) => themeListeners.add(listener),
      offThemeChange: (listener) => (listener ? themeListeners.delete(listener) : themeListeners.clear()),
      getUpdateManager: () => own.updates,
      canIUse: () => true,
      nextTick: (act) => setTimeout(act, 0),
      env: { USER_DATA_PATH: 'wxfile://usr' },
    },
  }
}

module.exports = { device }
