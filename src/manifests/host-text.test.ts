import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ServiceHost, withHosts } from './host-text.ts'

const service: ServiceHost = {
  name: 'db',
  namespace: 'shop',
  ports: new Set(['5432', 'metrics']),
  sets: ['db', 'pg'],
  now: { suffix: '-x1', namespace: 'previews' },
}
const at = (text: string, before = '') => withHosts(text, before, service).text

test.each([
  ['DB_HOST=', 'db', 'db-x1'],
  ['MONGO_HOSTS=', 'db', 'db-x1'],
  ['REDIS_ADDR=', 'db.shop', 'db-x1.previews'],
  ['databaseUrl=', 'db', 'db-x1'],
  ['--db-host ', 'db', 'db-x1'],
  ['-h ', 'db', 'db-x1'],
  ['nslookup ', 'db', 'db-x1'],
  ['X=', 'db:5432', 'db-x1:5432'],
  ['X=', 'db:$(DB_PORT)', 'db-x1:$(DB_PORT)'],
  ['X=', 'a:1,db:5432,db:5432', 'a:1,db-x1:5432,db-x1:5432'],
  ['X=', 'db.shop.svc', 'db-x1.previews.svc'],
  ['X=', 'db.shop.svc.cluster.local', 'db-x1.previews.svc.cluster.local'],
  ['X=', 'db.$(NAMESPACE).svc.cluster.local:80', 'db-x1.$(NAMESPACE).svc.cluster.local:80'],
  ['X=', 'http://db', 'http://db-x1'],
  ['X=', 'http://db/path?from=db', 'http://db-x1/path?from=db'],
  ['X=', '//db/path', '//db-x1/path'],
  ['X=', 'postgres://user:p@db/shop', 'postgres://user:p@db-x1/shop'],
  ['X=', 'postgres://user:p@db:6000/db', 'postgres://user:p@db-x1:6000/db'],
  ['X=', 'postgres://db:db@db/db', 'postgres://db:db@db-x1/db'],
  ['X=', 'postgres://db@db:5432/db', 'postgres://db@db-x1:5432/db'],
  ['DB_URL=', 'db://db:5432', 'db://db-x1:5432'],
  ['PGHOST=', 'db', 'db-x1'],
  ['X=', 'user:p@tcp(db:5432)/shop', 'user:p@tcp(db-x1:5432)/shop'],
  ['X=', 'host=db port=5432 dbname=db', 'host=db-x1 port=5432 dbname=db'],
  ['X=', 'pg-0.db:5432,pg-1.db:5432', 'pg-x1-0.db-x1:5432,pg-x1-1.db-x1:5432'],
  ['X=', 'db-0=http://db-0.db:2380', 'db-0=http://db-x1-0.db-x1:2380'],
  ['-c ', 'until nc -z db 5432; do sleep 1; done', 'until nc -z db-x1 5432; do sleep 1; done'],
  ['-c ', 'until nslookup db.shop.svc; do :; done', 'until nslookup db-x1.previews.svc; do :; done'],
  ['-c ', 'psql --host db -c "select 1"', 'psql --host db-x1 -c "select 1"'],
  ['app.json=', '{"db": {"host": "db", "name": "db"}}', '{"db": {"host": "db-x1", "name": "db"}}'],
  ['app.yaml=', 'db:\n  host: db\n  name: db\n', 'db:\n  host: db-x1\n  name: db\n'],
  ['nginx.conf=', 'proxy_pass http://db;', 'proxy_pass http://db-x1;'],
])('%s%j becomes %j', (before, text, changed) => {
  expect(at(text, before)).toBe(changed)
})

describe('is no host:', () => {
  test.each([
    ['DB_NAME=', 'db'],
    ['NAME=', 'db'],
    ['GHOST=', 'db'],
    ['DB_HOST=', 'db-replica'],
    ['DB_HOST=', 'my-db'],
    ['DB_HOST=', 'db.example.com'],
    ['DB_HOST=', 'db_1'],
    ['DB_HOST=', 'db$(N)'],
    ['IMAGE=', 'db:16'],
    ['IMAGE=', 'acme/db:5432'],
    ['X=', 'http://db.example.com/'],
    ['X=', 'http://example.com/db:5432'],
    ['X=', 'db.other.svc.cluster.local'],
    ['X=', 'me@db'],
    ['X=', 'npm i @db/client'],
    ['X=', 'dbdb:5432 xdb:5432 db:54321'],
    ['X=', '/var/lib/db'],
    ['X=', './db:5432'],
    ['readme=', 'The db of the server, db, and its host'],
    ['app.js=', 'call() // db is a word here\n//db'],
    ['DB_HOST=', 'x1-0.db'],
  ])('%s%j', (before, text) => {
    expect(at(text, before)).toBe(text)
  })
})

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const prose = fc.array(
  fc.oneof(word, fc.constantFrom('db', 'Db', 'db.', 'db,', '(db)', 'db;', 'host', 'server', 'url')),
)

test('no word of a text is taken for a host', () => {
  fc.assert(fc.property(prose, (words) => at(words.join(' ')) === words.join(' ')))
})

const address = fc.constantFrom(
  'http://db/',
  'db:5432',
  'db.shop.svc',
  'host=db',
  'pg-0.db:5432',
  '"url": "db"',
  'word',
)
const separator = fc.constantFrom(' ', ',', '\n', '; ', '\t')

test('what is found is what is changed, once and for all', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(address, separator)), (parts) => {
      const text = parts.flat().join('')
      const once = withHosts(text, '', service)
      expect(once.found).toHaveLength(parts.filter(([part]) => part !== 'word').length)
      expect(withHosts(once.text, '', service)).toEqual({ text: once.text, found: [] })
    }),
  )
})

test('a namespace of the environment’s own moves what names the old one, and nothing else', () => {
  const moved = { ...service, now: { suffix: '', namespace: 'previews-x1' } }
  const { text, found } = withHosts('db:5432 db.shop.svc http://db', '', moved)
  expect(text).toBe('db:5432 db.previews-x1.svc http://db')
  expect(found).toEqual([{ service: 'db', from: 'db.shop.svc', to: 'db.previews-x1.svc' }])
})

test('long text costs no more than its length', () => {
  const blank = ' '.repeat(200_000)
  const text = `host:${blank}${'db '.repeat(20_000)}${'x'.repeat(200_000)}@db`
  expect(at(text)).toBe(text)
})
