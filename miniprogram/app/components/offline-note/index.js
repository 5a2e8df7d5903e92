/** Says that what is on the screen may be old. */
Component({
  properties: { shown: { type: Boolean, value: false } },
})
