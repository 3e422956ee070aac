import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['DB_PASSWORD=hunter2 started', 'DB_PASSWORD=*** started'],
  ['{"apiKey": "abc", "port": 1}', '{"apiKey": "***", "port": 1}'],
  ['AWS_SECRET_ACCESS_KEY: abc/def', 'AWS_SECRET_ACCESS_KEY: ***'],
  ['connect mysql://root:hunter2@db:3306/x', 'connect mysql://root:***@db:3306/x'],
  ['GET /a?X-Amz-Signature=abc&b=1', 'GET /a?X-Amz-Signature=***&b=1'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key ***'],
  ['jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2ln', 'jwt ***'],
  ['curl -H "Bearer abcdefghijkl"', 'curl -H "Bearer ***"'],
  ["You have reached your pull rate limit as 'acme'", 'You have reached your pull rate limit as ***'],
  ['listening on port 3000', 'listening on port 3000'],
])('%s', (line, hidden) => expect(redact(line)).toBe(hidden))
