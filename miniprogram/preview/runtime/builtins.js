'use strict'
/** WeChat's own components, as far as the app uses them; each draws itself when a DOM is there. */
const { FIELDS } = require('./builtins_fields')
const { CONTAINERS } = require('./builtins_containers')

const ARIA = [
  'Label', 'Role', 'Hidden', 'Checked', 'Selected', 'Disabled', 'Live', 'Expanded', 'Modal', 'Labelledby',
  'Describedby', 'Valuenow', 'Valuemin', 'Valuemax', 'Valuetext', 'Atomic', 'Haspopup', 'Level',
]
const COMMON = ['hidden', 'hoverClass', 'hoverStartTime', 'hoverStayTime', 'hoverStopPropagation', ...ARIA.map((one) => `aria${one}`)]

const anyTypes = (names) => Object.fromEntries(names.map((name) => [name, null]))

/** The element in the page, or null when running without one. */
const domOf = (component) => {
  const element = component.getBackendElement()
  return element && typeof element.nodeType === 'number' ? element : null
}

function mirrorCommon(dom, data, role) {
  dom.hidden = Boolean(data.hidden)
  for (const one of ARIA) {
    const value = data[`aria${one}`]
    const name = one === 'Role' ? 'role' : `aria-${one.toLowerCase()}`
    if (value !== null && value !== undefined && value !== '') dom.setAttribute(name, String(value))
    else if (one === 'Role' && role) dom.setAttribute('role', role)
    else dom.removeAttribute(name)
  }
}

/** Adds the hover class while a finger rests on the element. */
function addHover(component) {
  const toggle = (on) => () => {
    const name = component.data.hoverClass
    if (name && name !== 'none' && !component.data.disabled) {
      String(name).split(/\s+/).forEach((one) => component.classList.toggle(one, on))
    }
  }
  for (const type of ['touchstart', 'mousedown']) component.addListener(type, toggle(true))
  for (const type of ['touchend', 'touchcancel', 'canceltap', 'tap']) component.addListener(type, toggle(false))
}

function defineBuiltin(phone, space, tag, spec) {
  const draw = (component) => {
    const dom = domOf(component)
    if (spec.tell) spec.tell(component, phone)
    if (!dom) return
    mirrorCommon(dom, component.data, spec.role)
    if (spec.draw) spec.draw(dom, component, phone)
  }
  const definition = space.defineComponent({
    is: `builtin/${tag}`,
    options: { multipleSlots: false },
    properties: { ...anyTypes(COMMON), ...anyTypes(spec.properties || []) },
    data: spec.data || {},
    observers: { '**': function redraw() { draw(this) } },
    lifetimes: {
      created() {
        const dom = domOf(this)
        if (dom && spec.mount) spec.mount(dom, this, phone)
        if (spec.listen) spec.listen(this, phone)
        if (dom) addHover(this)
      },
      attached() {
        draw(this)
        if (spec.attached) spec.attached(this, phone)
      },
    },
  })
  space.setGlobalUsingComponent(tag, definition)
}

/** Registers all built-in components with the phone's component space. */
function defineBuiltins(phone) {
  const space = phone.space.getComponentSpace()
  for (const [tag, spec] of Object.entries({ ...CONTAINERS, ...FIELDS })) defineBuiltin(phone, space, tag, spec)
}

/** Tags that a page may use without naming them. */
const BUILTINS = Object.keys({ ...CONTAINERS, ...FIELDS })

module.exports = { defineBuiltins, BUILTINS }
