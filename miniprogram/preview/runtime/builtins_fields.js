'use strict'
/** Built-in components people type or switch. */

const LONGEST = 140

/** Puts the typed text into the component and tells the listeners. */
function report(component, type, value) {
  component.setData({ value })
  component.triggerEvent(type, { value, cursor: value.length }, { bubbles: false })
}

const typing = (tag) => ({
  properties: [
    'value', 'type', 'password', 'placeholder', 'placeholderClass', 'placeholderStyle', 'disabled', 'maxlength',
    'focus', 'confirmType', 'confirmHold', 'cursorSpacing', 'adjustPosition', 'autoHeight', 'showConfirmBar',
    'holdKeyboard', 'alwaysEmbed', 'disableDefaultPadding', 'fixed',
  ],
  mount(dom, component) {
    const field = document.createElement(tag)
    dom.appendChild(field)
    field.addEventListener('input', () => report(component, 'input', field.value))
    for (const type of ['focus', 'blur']) {
      field.addEventListener(type, () => component.triggerEvent(type, { value: field.value }))
    }
    field.addEventListener('keydown', (event) => {
      if (tag === 'input' && event.key === 'Enter' && !event.isComposing) {
        component.triggerEvent('confirm', { value: field.value })
      }
    })
  },
  draw(dom, component) {
    const field = dom.firstChild
    const { value, placeholder, disabled, maxlength, password, type, ariaLabel, focus } = component.data
    const text = value === null || value === undefined ? '' : String(value)
    if (field.value !== text) field.value = text
    field.placeholder = placeholder || ''
    field.disabled = Boolean(disabled)
    const longest = maxlength === null ? LONGEST : Number(maxlength)
    if (longest >= 0) field.maxLength = longest
    else field.removeAttribute('maxlength')
    if (tag === 'input') field.type = password ? 'password' : 'text'
    if (type === 'number') field.inputMode = 'numeric'
    if (ariaLabel) field.setAttribute('aria-label', ariaLabel)
    dom.removeAttribute('aria-label')
    if (focus && document.activeElement !== field) field.focus()
  },
})

const switchField = {
  role: 'switch',
  properties: ['checked', 'disabled', 'type', 'color'],
  listen(component) {
    component.addListener('tap', () => {
      if (component.data.disabled) return
      const value = !component.data.checked
      component.setData({ checked: value })
      component.triggerEvent('change', { value })
    })
  },
  draw(dom, component) {
    dom.setAttribute('aria-checked', String(Boolean(component.data.checked)))
    dom.style.setProperty('--on', component.data.color || '#04BE02')
  },
}

const FIELDS = { input: typing('input'), textarea: typing('textarea'), switch: switchField }

module.exports = { FIELDS }
