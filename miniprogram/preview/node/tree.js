'use strict'
/** Reads what a page shows from the framework's own tree, without a DOM. */

const children = (node) => {
  const found = []
  if (node.forEachComposedChild) node.forEachComposedChild((child) => { found.push(child) })
  return found
}

const isText = (node) => typeof node.textContent === 'string' && !node.forEachComposedChild
const isHidden = (node) => Boolean(node.data && node.data.hidden)

/** The visible text below a node; pieces are separated by one space. */
function textOf(node) {
  if (isText(node)) return node.textContent.trim()
  if (isHidden(node)) return ''
  return children(node).map(textOf).filter(Boolean).join(' ')
}

/** All visible elements below a node, in order. */
function elementsOf(node, found = []) {
  for (const child of children(node)) {
    if (isText(child) || isHidden(child)) continue
    found.push(child)
    elementsOf(child, found)
  }
  return found
}

const labelOf = (node) => (node.data && node.data.ariaLabel) || ''
const idOf = (node) => node.id || ''
const isBuiltin = (node) => Boolean(node.is && node.is.startsWith('builtin/'))

/** '#send' finds an id, anything else a label or the smallest element with that text. */
function findAll(root, wanted) {
  const all = elementsOf(root).filter(isBuiltin)
  if (wanted.startsWith('#')) return all.filter((node) => idOf(node) === wanted.slice(1))
  const labelled = all.filter((node) => labelOf(node) === wanted)
  if (labelled.length) return labelled
  const holding = all.filter((node) => textOf(node).includes(wanted))
  return holding.filter((node) => !elementsOf(node).filter(isBuiltin).some((inner) => textOf(inner).includes(wanted)))
}

module.exports = { textOf, elementsOf, findAll, labelOf }
