'use strict'
/** Key-value storage of the phone: values survive as JSON. */

function storage(phone) {
  const box = phone.device.storage
  const read = (key) => {
    const text = box.getItem(key)
    return text === null || text === undefined ? '' : JSON.parse(text)
  }
  const write = (key, value) => box.setItem(key, JSON.stringify(value === undefined ? null : value))
  return {
    calls: {
      getStorage: async ({ key }) => {
        if (!box.keys().includes(key)) throw new Error('data not found')
        return { data: read(key) }
      },
      setStorage: async ({ key, data }) => { write(key, data) },
      removeStorage: async ({ key }) => { box.removeItem(key) },
      clearStorage: async () => { box.keys().forEach((key) => box.removeItem(key)) },
    },
    direct: {
      getStorageSync: read,
      setStorageSync: write,
      removeStorageSync: (key) => box.removeItem(key),
      clearStorageSync: () => box.keys().forEach((key) => box.removeItem(key)),
      getStorageInfoSync: () => ({ keys: box.keys(), currentSize: 0, limitSize: 10240 }),
    },
  }
}

module.exports = { storage }
