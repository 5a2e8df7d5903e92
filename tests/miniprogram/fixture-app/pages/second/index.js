Page({ data: { word: '' }, onLoad(query) { this.setData({ word: query.word }) }, onUnload() { getApp().launched.push('unloaded') } })
