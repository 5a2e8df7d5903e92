/** Nothing here yet, and what to do about it. */
Component({
  properties: {
    icon: { type: String, value: 'sprout' },
    title: { type: String, value: '' },
    words: { type: String, value: '' },
  },
})
