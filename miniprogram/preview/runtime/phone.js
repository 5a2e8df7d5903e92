'use strict'
/** One running mini-program: globals, page stack, life cycle. Knows neither DOM nor server. */
const { MiniProgramEnv } = require('glass-easel-miniprogram-adapter')
const { plainEvent } = require('./events')
const { defineBuiltins } = require('./builtins')
const { PageStack } = require('./page_stack')
const { createWx } = require('./wx')

class Phone {
  /** @param {{backend: object, device: object, screen: object}} parts */
  constructor({ backend, device, screen }) {
    this.device = device
    this.screen = screen
    this.registering = null
    this.loaded = new Set()
    this.appInstance = null
    this.agreedToPrivacy = false
    const env = new MiniProgramEnv()
    this.space = env.createCodeSpace('app', true)
    this.space.getComponentSpace().updateComponentOptions({
      useMethodCallerListeners: true, writeFieldsToNode: false, writeIdToDOM: true,
    })
    this.backend = env.associateBackend(backend)
    this.stack = new PageStack(this)
    defineBuiltins(this)
    this.wx = createWx(this)
    this.globals = this.createGlobals()
  }

  /** The names a mini-program's files find in the air. */
  createGlobals() {
    const register = (kind) => (definition) =>
      this.space.componentEnv(this.registering, (env) => env[kind](definition))
    return {
      wx: this.wx,
      App: (definition) => { this.appInstance = definition },
      getApp: () => this.appInstance,
      getCurrentPages: () => this.stack.callers(),
      Page: register('Page'),
      Component: register('Component'),
      Behavior: register('Behavior'),
    }
  }

  /** Starts the app at `path` (without leading slash) with decoded `query`. */
  start(miniProgram, path, query = {}) {
    this.app = miniProgram
    const templates = miniProgram.templates(plainEvent)
    for (const [route, entry] of Object.entries(miniProgram.entries)) this.announce(route, entry, templates)
    this.addReadyLifetime()
    miniProgram.loadApp()
    const route = path || miniProgram.config.entryPagePath || miniProgram.config.pages[0]
    const launch = { path: route, query, scene: path ? 1011 : 1001 }
    if (this.appInstance.onLaunch) this.appInstance.onLaunch(launch)
    if (this.appInstance.onShow) this.appInstance.onShow(launch)
    if (!miniProgram.entries[route] && this.appInstance.onPageNotFound) {
      this.stack.open(miniProgram.config.entryPagePath, {})
      this.appInstance.onPageNotFound({ ...launch, isEntryPage: true })
      return
    }
    this.stack.open(route, query)
  }

  announce(route, entry, templates) {
    const json = { ...entry.json }
    if (entry.isPage) json.styleIsolation = 'apply-shared'
    else json.component = true
    this.space.addComponentStaticConfig(route, json)
    this.space.addStyleSheet(route, undefined, entry.scope)
    this.space.addCompiledTemplate(route, { groupList: templates, content: templates[route] })
  }

  /** The framework never fires `ready`; WeChat does, after the first rendering. */
  addReadyLifetime() {
    const behavior = this.space.getComponentSpace().defineBehavior({
      lifetimes: {
        attached() {
          const component = this._$ || this
          setTimeout(() => component.triggerLifetime('ready', []), 0)
        },
      },
    })
    this.space.setOverallBehavior(behavior)
  }

  /** Runs the files of a page or component, those it uses first. */
  load(route) {
    if (this.loaded.has(route)) return
    this.loaded.add(route)
    const entry = this.app.entries[route]
    if (!entry) throw new Error(`没有这个页面：${route}`)
    Object.values(entry.json.usingComponents).forEach((target) => this.load(target.slice(1)))
    const outer = this.registering
    this.registering = route
    entry.load()
    this.registering = outer
  }
}

module.exports = { Phone }
