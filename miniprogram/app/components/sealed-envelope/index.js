/** The moment an answer is sealed: the paper goes in, the flap comes down, the seal is pressed. */
Component({
  properties: { words: { type: String, value: '' } },
})
