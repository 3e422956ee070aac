import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { scramVerifier } from './scram.ts'

// The exchange that RFC 7677 shows in its section 3.
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ=='
const NONCE = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const MESSAGE = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${NONCE},s=${SALT},i=4096,c=biws,r=${NONCE}`
const PROOF = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
const SIGNATURE = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const keysOf = (verifier: string): { stored: Buffer; server: Buffer } => {
  const [, stored = '', server = ''] = /^SCRAM-SHA-256\$4096:[\w+/]+=*\$([\w+/]+=*):([\w+/]+=*)$/.exec(verifier) ?? []
  return { stored: Buffer.from(stored, 'base64'), server: Buffer.from(server, 'base64') }
}

test('a server that keeps it answers what the RFC’s server answers', () => {
  const { server } = keysOf(scramVerifier('pencil', Buffer.from(SALT, 'base64')))
  expect(hmac(server, MESSAGE).toString('base64')).toBe(SIGNATURE)
})

test('a server that keeps it believes the RFC’s client', () => {
  const { stored } = keysOf(scramVerifier('pencil', Buffer.from(SALT, 'base64')))
  const signature = hmac(stored, MESSAGE)
  const key = Buffer.from(PROOF, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0))
  expect(createHash('sha256').update(key).digest()).toEqual(stored)
})

test('the same password never looks the same, and is not in it', () => {
  const all = Array.from({ length: 5 }, () => scramVerifier('a-password-of-a-tenant'))
  expect(new Set(all).size).toBe(5)
  expect(all.join()).not.toContain('a-password-of-a-tenant')
})
