const { page } = require('../../../../core/ui/page')
const { absolute } = require('../../../../core/send/send')
const { dayWords, monthWords } = require('../../../../core/ui/words')
const { objectionBadge } = require('../../../../core/ui/score_lights')
const { getObjection } = require('../../../../api/scores')

Page(page({
  data: { found: null, badge: null, where: '', raised: '', decided: '', effect: '', photos: [] },

  onLoad(query) { this.query = query },

  async fetch() {
    const found = await getObjection(this.query.id)
    const { effect } = found
    return {
      found,
      badge: objectionBadge(found),
      where: `${found.village.name} · ${monthWords(found.month)}`,
      raised: dayWords(found.raised_at),
      decided: found.decided_at ? dayWords(found.decided_at) : '',
      effect: effect && effect.before && effect.after ? `${effect.before} → ${effect.after}` : '',
      photos: found.photos.map((/** @type {any} */ photo) => absolute(photo.url)),
    }
  },

  look(event) { wx.previewImage({ urls: this.data.photos, current: this.data.photos[event.currentTarget.dataset.index] }) },
}))
