/**
 * The county's own addresses: change them together with the server's public hosts.
 * `keyDigests` pins the key file of each month (SHA-256, hex). A county that runs from a template
 * gives both through ext.json instead.
 */
module.exports = {
  host: 'https://village-voice.example.cn',
  apiPath: '/api/v1',
  anonymousHost: 'https://anonymous.village-voice.example.cn',
  keyDigests: {},
}
