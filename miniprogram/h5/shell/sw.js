'use strict'
/** Keeps the shell, so that the application opens without a signal; what waits to be sent lies with the app itself. */
const KEPT = 'village-voice-{{version}}'
const SHELL = ['/m/', '/m/assets/{{script}}', '/m/assets/{{style}}', '/m/assets/{{reader}}', '/m/icon.svg', '/m/manifest.webmanifest']

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const dropOthers = async () => {
    const names = await caches.keys()
    await Promise.all(names.filter((name) => name.startsWith('village-voice-') && name !== KEPT).map((name) => caches.delete(name)))
    await self.clients.claim()
  }
  event.waitUntil(dropOthers())
})

/** The page as the county serves it now; without a signal as it was kept. */
const page = (request) => fetch(request).catch(() => caches.match('/m/'))
const asset = async (request) => (await caches.match(request)) || fetch(request)

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || !pathname.startsWith('/m/')) return
  event.respondWith(request.mode === 'navigate' ? page(request) : asset(request))
})
