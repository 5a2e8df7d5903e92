/** A drawing in the colour of the words around it; the words say what it means. */
Component({
  properties: { name: { type: String, value: '' } },
})
