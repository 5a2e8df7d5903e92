'use strict'
/** WeChat hands listeners plain objects; the framework's events carry live nodes. */

const describe = (node) => {
  const element = node && (node._$ || node)
  return { id: (element && element.id) || '', dataset: (element && element.dataset) || {}, offsetLeft: 0, offsetTop: 0 }
}

const touchPoints = (list) =>
  Array.from(list || []).map((one) => ({
    identifier: one.identifier, clientX: one.clientX, clientY: one.clientY, pageX: one.pageX, pageY: one.pageY,
  }))

/** Copies what a listener may rely on, nothing of the framework or the DOM. */
function plainEvent(event) {
  const original = event.getOriginalEvent ? event.getOriginalEvent() : undefined
  const plain = {
    type: event.type,
    timeStamp: event.timeStamp,
    target: describe(event.target),
    currentTarget: describe(event.currentTarget),
    mark: event.mark || {},
    detail: event.detail,
  }
  if (original && original.changedTouches) {
    plain.touches = touchPoints(original.touches)
    plain.changedTouches = touchPoints(original.changedTouches)
  }
  return plain
}

module.exports = { plainEvent }
