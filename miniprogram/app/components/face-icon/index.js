/** One of the five faces; its size is the size of the letters around it. */
Component({
  properties: { level: { type: Number, value: 1 } },
})
