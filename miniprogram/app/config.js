/** The county's own address: change it together with the server's public host. */
module.exports = {
  host: 'https://village-voice.example.cn',
  apiPath: '/api/v1',
}
