// A signed call through the exchange, in JavaScript with Node.js 20 and no packages.
//
//     node call.mjs settings.json
//
// settings.json holds gateway, client, service, path, kid and the private key's file, as `maidinh exchange sandbox` writes it.

import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const key = createPrivateKey(readFileSync(settings.key))
const encoded = identifier => identifier.split('/').map(encodeURIComponent).join('/')
const base64url = data => Buffer.from(data).toString('base64url')

const target = `/r1/${encoded(settings.service)}${settings.path}`
const body = ''
const now = Math.floor(Date.now() / 1000)

const header = { alg: 'ES256', kid: settings.kid, typ: 'maidinh-call+jwt' }
const claims = {
  iss: settings.client,
  aud: settings.service.split('/')[0],
  iat: now,
  exp: now + 300,
  jti: randomUUID(), // never used before
  htm: 'GET',
  htu: target, // exactly as it is sent
  bsh: createHash('sha256').update(body).digest('base64url'),
}
const signed = [header, claims].map(part => base64url(JSON.stringify(part))).join('.')
const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })

const answer = await fetch(settings.gateway + target, {
  headers: { 'X-Road-Client': encoded(settings.client), Authorization: `Bearer ${signed}.${base64url(signature)}` },
  redirect: 'manual',
})
const refused = answer.headers.has('X-Road-Error')
const tell = refused ? console.error : console.log
tell(answer.status, answer.headers.get('X-Road-Id'))
tell(await answer.text()) // when refused: type, message with the reason's word, id to ask about
process.exitCode = refused ? 1 : 0
