/**
 * The county's own addresses: change them together with the server's public hosts.
 * `keyDigests` pins the key file of each month (SHA-256, hex). A county that runs from a template
 * gives both through ext.json instead. `posterHosts` are others that posters on the walls may carry,
 * as after the county moved to a new address.
 */
module.exports = {
  host: 'https://village-voice.example.cn',
  apiPath: '/api/v1',
  anonymousHost: 'https://anonymous.village-voice.example.cn',
  keyDigests: {},
  posterHosts: [],
}
