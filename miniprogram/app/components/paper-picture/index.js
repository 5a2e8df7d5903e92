/** A drawing of cut paper, darker in dark mode: the village (land), a hill (hill) or the mark (mark). */
Component({
  properties: { name: { type: String, value: 'hill' } },
})
