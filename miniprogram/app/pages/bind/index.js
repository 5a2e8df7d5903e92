const { page, describe } = require('../../core/ui/page')
const scanning = require('../../core/scan')
const { listRegions, findVillages } = require('../../api/regions')
const { openCode } = require('../../api/codes')
const { bindVillage } = require('../../api/me')

const TYPING_PAUSE_MS = 300
/** Years are asked for in words, never as a birthday. */
const AGES = [{ id: 'of_age', text: '满 14 周岁了' }, { id: 'younger', text: '还没满' }]
const ASK = { county: '选县', township: '选乡镇', village: '选村' }

Page(page({
  data: {
    items: [], path: [], canGoUp: false, trail: [ASK.county], words: '', found: [], isSearching: false, searchProblem: '',
    village: null, groups: [], chosenGroup: [], household: '', ages: AGES, age: [], isSaving: false, bindProblem: '',
  },
  pause: 0,

  onLoad() { this.load() },
  onShow() {},

  /** With a single county there is nothing to choose. */
  async fetch() {
    const { items } = await listRegions()
    if (items.length !== 1) return this.step([], items)
    const inside = await listRegions(items[0].id)
    this.onlyCounty = true
    return this.step([items[0]], inside.items)
  },

  step(path, items) {
    const asked = items.length ? ASK[items[0].level] || '请选' : '请选'
    return { path, items, canGoUp: path.length > (this.onlyCounty ? 1 : 0), trail: path.map((one) => one.name).concat(asked) }
  },

  async pick(event) {
    const chosen = this.data.items[event.currentTarget.dataset.index]
    const { path } = this.data
    const township = path.length ? path[path.length - 1].name : ''
    if (chosen.level === 'village') return this.choose({ ...chosen, township, county: '' })
    return this.goInto(path.concat(chosen))
  },

  async goInto(path) {
    this.setData({ state: 'loading' })
    try {
      const last = path[path.length - 1]
      const { items } = await listRegions(last ? last.id : undefined)
      this.setData({ state: 'ready', ...this.step(path, items) })
    } catch (error) {
      this.setData({ state: 'error', problem: describe(error) })
    }
  },

  up() { return this.goInto(this.data.path.slice(0, -1)) },

  search(event) {
    const words = event.detail.value.trim()
    clearTimeout(this.pause)
    this.setData({ words, isSearching: Boolean(words), found: [], searchProblem: '' })
    if (words) this.pause = setTimeout(() => this.find(words), TYPING_PAUSE_MS)
  },

  async find(words) {
    try {
      const { items } = await findVillages(words)
      if (words === this.data.words) this.setData({ found: items, isSearching: false })
    } catch (error) {
      this.setData({ searchProblem: error.message, isSearching: false })
    }
  },

  pickFound(event) { return this.choose(this.data.found[event.currentTarget.dataset.index]) },

  async scan() {
    try {
      const code = await scanning.scan()
      if (code) await this.choose((await openCode(code)).village)
    } catch (error) {
      wx.showModal({ title: '没扫成', content: error.message, showCancel: false, confirmText: '知道了' })
    }
  },

  /** Groups are asked for only where a village has them; not knowing them is no obstacle. */
  async choose(village) {
    this.setData({ state: 'loading' })
    const inside = await listRegions(village.id).catch(() => ({ items: [] }))
    const groups = inside.items.map((one) => ({ id: one.id, text: one.name }))
    this.setData({ state: 'confirm', village, groups, chosenGroup: [], age: [], bindProblem: '' })
  },

  /** One group only: the newest tick counts. */
  chooseGroup(event) { this.setData({ chosenGroup: event.detail.chosen.slice(-1) }) },
  chooseAge(event) { this.setData({ age: event.detail.chosen.slice(-1), bindProblem: '' }) },
  writeHousehold(event) { this.setData({ household: event.detail.value }) },

  /** The list may be of the day before a village went into another one: it is asked for anew. */
  again() {
    this.setData({ words: '', found: [] })
    return this.goInto(this.data.path)
  },

  async confirm() {
    const { village, chosenGroup, household, age } = this.data
    if (age[0] !== 'of_age') return this.setData({ bindProblem: '请先说一下，您满 14 周岁了吗？' })
    const binding = { village_id: village.id }
    if (chosenGroup.length) binding.group_id = chosenGroup[0]
    if (household.trim()) binding.household = household.trim()
    this.setData({ isSaving: true, bindProblem: '' })
    try {
      const { binding: made } = await bindVillage(binding)
      await this.tell(made.village)
      wx.navigateBack({ fail: () => wx.switchTab({ url: '/pages/home/index' }) })
    } catch (error) {
      this.setData({ isSaving: false, bindProblem: error.message })
    }
    return undefined
  },

  /** A village that went into another one since the list was read is bound as what it became. */
  async tell(village) {
    const { id, name } = this.data.village
    if (village.id === id) return wx.showToast({ title: '选好了', icon: 'success' })
    const content = `您选的${name}已经并入${village.name}，给您选好的就是${village.name}。不对的话，可以再选。`
    return wx.showModal({ title: '选好了', content, showCancel: false, confirmText: '知道了' })
  },
}))
