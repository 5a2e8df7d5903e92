/** npm oidc-provider with its own log-in pages; POST /fault makes the next token false. */
import http from 'node:http'
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'

const [back] = process.argv.slice(2)
const { privateKey } = await generateKeyPair('RS256', { extractable: true })
const stranger = (await generateKeyPair('RS256')).privateKey
const jwk = { ...await exportJWK(privateKey), kid: 'ours', alg: 'RS256', use: 'sig' }

/** What each fault makes of the claims of a true token. */
const FAULTS = {
  nonce: (claims) => ({ ...claims, nonce: 'of another log-in' }),
  audience: (claims) => ({ ...claims, aud: 'another-client' }),
  issuer: (claims) => ({ ...claims, iss: 'https://elsewhere.example' }),
  expired: (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }),
  no_nonce: ({ nonce, ...claims }) => claims,
  signature: (claims) => claims,
  none: (claims) => claims,
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

async function spoil(token, fault) {
  const claims = FAULTS[fault](decodeJwt(token))
  if (fault === 'none') return `${encode({ alg: 'none' })}.${encode(claims)}.`
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'ours' }).sign(fault === 'signature' ? stranger : privateKey)
}

let fault = null
const server = http.createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'village-voice', client_secret: 'a-secret-of-the-test', redirect_uris: [back] }],
    jwks: { keys: [jwk] },
    cookies: { keys: ['for the test'] },
    pkce: { required: () => true },
  })
  provider.use(async (context, next) => {
    if (context.path === '/fault') {
      fault = context.query.name
      context.body = 'ok'
      return
    }
    await next()
    if (context.path === '/token' && fault && context.body.id_token) {
      context.body = { ...context.body, id_token: await spoil(context.body.id_token, fault) }
    }
  })
  server.on('request', provider.callback())
  console.log(issuer)
})
