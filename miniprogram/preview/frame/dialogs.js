'use strict'
/** What pops up over the phone: modal, action sheet and the camera's stand-in. */
const { decodePicture } = require('./decode')

const SHOWN = 40

/** Builds an element; text is never read as HTML. */
function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value)
  }
  element.append(...content)
  return element
}

/** Shows `build(close)` over the phone until `close(result)` is called. */
const open = (build) => new Promise((resolve) => {
  const layer = document.getElementById('vp-layer')
  const close = (result) => {
    layer.hidden = true
    layer.replaceChildren()
    resolve(result)
  }
  layer.replaceChildren(build(close))
  layer.hidden = false
})

const dialog = (label, ...content) =>
  make('div', { class: 'vp-dialog', role: 'dialog', 'aria-modal': 'true', 'aria-label': label }, ...content)

const button = (words, act, isMain) =>
  make('button', { type: 'button', class: isMain ? 'vp-main' : '', onclick: act }, words)

const modal = (options) => open((close) => dialog(
  options.title || '提示',
  make('h2', {}, options.title || ''),
  make('p', {}, options.content || ''),
  make('menu', {},
    ...(options.showCancel === false ? [] : [button(options.cancelText || '取消', () => close({ confirm: false, cancel: true }))]),
    button(options.confirmText || '确定', () => close({ confirm: true, cancel: false }), true)),
))

async function actionSheet(options) {
  const tapIndex = await open((close) => dialog(
    '请选择',
    make('menu', {},
      ...options.itemList.map((item, index) => button(item, () => close(index))),
      button('取消', () => close(-1))),
  ))
  if (tapIndex < 0) throw new Error('cancel')
  return { tapIndex }
}

/** Lists posters that match the words typed, at most a screenful. */
function posterList(posters, choose) {
  const list = make('ul', { class: 'vp-posters', id: 'vp-posters' })
  const fill = (words) => {
    const found = posters.filter((one) => `${one.village}${one.service_point}`.includes(words))
    list.replaceChildren(...found.slice(0, SHOWN).map((one) => make('li', {}, button(
      `${one.village} ${one.service_point}`, () => choose(one),
    ))))
  }
  fill('')
  return [make('input', {
    type: 'search', id: 'vp-poster-search', 'aria-label': '找海报', placeholder: '输入村名找海报',
    oninput: (event) => fill(event.target.value.trim()),
  }), list]
}

function pictureDrop(note, found) {
  const read = async (file) => {
    if (!file) return
    note.textContent = '正在认码…'
    const text = await decodePicture(file).catch(() => null)
    if (text) found(text)
    else note.textContent = '这张图里没认出二维码，换一张清楚些的试试。'
  }
  const area = make('label', { class: 'vp-drop' }, '把海报照片拖到这里，或选一张：',
    make('input', { type: 'file', accept: 'image/*', id: 'vp-poster-file', onchange: (event) => read(event.target.files[0]) }))
  const stop = (over) => (event) => {
    event.preventDefault()
    area.classList.toggle('vp-over', over)
  }
  area.addEventListener('dragover', stop(true))
  area.addEventListener('dragleave', stop(false))
  area.addEventListener('drop', (event) => {
    stop(false)(event)
    read(event.dataTransfer.files[0])
  })
  return area
}

/** Stands in for the camera. @returns {Promise<string>} text of the chosen code */
async function chooseCode(posters, linkOf) {
  const text = await open((close) => {
    const note = make('p', { role: 'status', class: 'vp-hint' })
    return dialog('扫一扫', make('h2', {}, '扫哪张海报？'),
      ...posterList(posters, (one) => close(linkOf(one.code))),
      pictureDrop(note, close), note,
      make('menu', {}, button('不扫了', () => close(null))))
  })
  if (text === null) throw new Error('cancel')
  return text
}

/** WeChat's own question before a message may be sent: once, for these templates. */
async function askToSubscribe(ids) {
  const accepted = await open((close) => dialog('订阅消息',
    make('h2', {}, '允许发送一次消息？'), make('p', {}, '诉求进度提醒'),
    make('menu', {}, button('拒绝', () => close(false)), button('允许', () => close(true), true))))
  return Object.fromEntries(ids.map((id) => [id, accepted ? 'accept' : 'reject']))
}

/** Shows one picture large; a tap goes back. */
async function showPictures(urls, first) {
  await open((close) => dialog('看照片',
    make('img', { src: urls[Math.max(0, first)], alt: '照片', class: 'vp-picture', onclick: () => close() }),
    make('menu', {}, button('关上', () => close(), true))))
  return {}
}

module.exports = { modal, actionSheet, chooseCode, askToSubscribe, showPictures, make, open, dialog, button }
