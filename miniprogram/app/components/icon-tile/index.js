/** A category's drawing on a wash of its own colour; the words beside it say what it is. */
Component({
  properties: { name: { type: String, value: 'other' } },
})
