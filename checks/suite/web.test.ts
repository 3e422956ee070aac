import { expect, test } from 'vitest'
import { allowedUrl } from './web.ts'

test.each([
  'https://app1.preview.example.com/healthz',
  'http://a.b.preview.example.com:8080/',
  'https://preview.example.com/',
  'https://APP1.Preview.Example.Com/',
])('%s may be asked', (address) => {
  expect(allowedUrl(address, 'preview.example.com').href).toBe(new URL(address).href)
})

test.each([
  ['http://169.254.169.254/latest/meta-data/', 'its host is not below'],
  ['http://[::1]/', 'its host is not below'],
  ['https://example.com/', 'its host is not below'],
  ['https://evilpreview.example.com/', 'its host is not below'],
  ['https://preview.example.com.evil.example/', 'its host is not below'],
  ['https://app1.preview.example.com./', 'its host is not below'],
  ['https://evil.example/?.preview.example.com', 'its host is not below'],
  ['https://evil.example/#.preview.example.com', 'its host is not below'],
  ['https://evil.example\\.preview.example.com/', 'its host is not below'],
  ['https://app1.preview.example.com@evil.example/', 'it carries a user name'],
  ['https://user:word@app1.preview.example.com/', 'it carries a user name'],
  ['ftp://app1.preview.example.com/', 'only http and https'],
  ['file:///etc/passwd', 'only http and https'],
  ['/healthz', 'is not a URL'],
])('%s may not: %s', (address, why) => {
  expect(() => allowedUrl(address, 'preview.example.com')).toThrow(why)
})

test('a refusal does not repeat a password', () => {
  expect(() => allowedUrl('https://user:hunter2@evil.example/', 'example.com')).not.toThrow(/hunter2/)
})
