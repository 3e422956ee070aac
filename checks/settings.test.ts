import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const whole = { DOMAIN: 'preview.example', REPORT_BUCKET: 'reports' }

test('without more than it needs, nothing may be looked at and links ask for a login', () => {
  expect(readSettings(whole)).toEqual({
    domain: 'preview.example',
    reports: { bucket: 'reports', links: 'console' },
    looks: { secretPrefix: '', databaseTls: true, queues: {}, buckets: {} },
  })
})

test('names stand for themselves, or for AWS’ own', () => {
  const { looks } = readSettings({
    ...whole,
    QUEUES: 'jobs=acme-jobs, mails',
    BUCKETS: 'uploads',
    DATABASE_TLS: 'false',
  })
  expect(looks).toMatchObject({
    databaseTls: false,
    queues: { jobs: 'acme-jobs', mails: 'mails' },
    buckets: { uploads: 'uploads' },
  })
})

test.each(['DOMAIN', 'REPORT_BUCKET'])('%s must be there', (name) => {
  expect(() => readSettings({ ...whole, [name]: '' })).toThrow(`${name} of the Lambda function is not set`)
})
