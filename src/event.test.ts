import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  eventOf,
  headIn,
  pullRequestPayload,
  pullRequestPayloads,
  REPOSITORY,
  recordedEvent,
} from '../test/github-events.ts'
import { PreviewError } from './errors.ts'
import { type Event, intentOf } from './event.ts'

const inputs = { cluster: 'c', region: 'eu-west-1', 'role-to-assume': 'arn:aws:iam::111122223333:role/r' }
const intent = (event: Event, more: Record<string, string> = {}) => intentOf(event, { ...inputs, ...more })
const target = { pullRequest: 2 }
const { sha } = pullRequestPayload('opened').pull_request.head
const deploy = { kind: 'deploy', target, sha }
const remove = { kind: 'teardown', target, force: false }
const skip = (reason: string, hint: string) => ({
  kind: 'skip',
  reason: expect.stringContaining(reason),
  hint: expect.stringContaining(hint),
  pullRequest: 2,
})
const noMatter = (action: string) => [
  action,
  {},
  skip(`the action ${action} does not change a preview`, 'previews follow opened, synchronize'),
]

/** Every action there is, with what it adds to the payload. */
const actions = [
  ['opened', {}, deploy],
  ['synchronize', {}, deploy],
  ['reopened', {}, deploy],
  ['ready_for_review', {}, deploy],
  ['converted_to_draft', {}, { ...deploy, changed: 'draft' }],
  ['labeled', { label: { name: 'preview' } }, { ...deploy, changed: { label: 'preview' } }],
  ['unlabeled', { label: { name: 'preview' } }, { ...deploy, changed: { label: 'preview' } }],
  ['edited', { changes: { base: { ref: { from: 'main' }, sha: { from: sha } } } }, deploy],
  ['edited', { changes: { title: { from: 'before' } } }, skip('the edit does not change a preview', 'only a new base')],
  ['closed', {}, remove],
  // GitHub deletes a label from all pull requests without saying which one it was.
  ['unlabeled', { label: undefined }, noMatter('unlabeled')[2]],
  ...[
    'assigned',
    'auto_merge_disabled',
    'auto_merge_enabled',
    'demilestoned',
    'dequeued',
    'enqueued',
    'locked',
    'milestoned',
    'review_request_removed',
    'review_requested',
    'unassigned',
    'unlocked',
    'an action of next year',
  ].map(noMatter),
] as [string, Record<string, unknown>, object][]

describe.each(['pull_request', 'pull_request_target'])('%s', (name) => {
  test.each(actions)('%s %j', (action, more, expected) => {
    expect(intent(eventOf(name, pullRequestPayload(action, more)))).toEqual(expected)
  })

  test('closed: merged and not, of a draft, and with a head that may have been ours', () => {
    const payload = pullRequestPayload('closed')
    for (const more of [{ merged: true }, { merged: false }, { draft: true }])
      expect(intent(eventOf(name, { ...payload, pull_request: { ...payload.pull_request, ...more } }))).toEqual(remove)
    expect(intent(eventOf(name, headIn(null, payload)))).toEqual(remove)
  })

  test.each(actions)('a fork, whose run has no inputs: %s', (action, more) => {
    const event = eventOf(name, headIn('stranger/Hello-World', pullRequestPayload(action, more)))
    const expected = skip('forks get no preview', 'push the branch to this repository')
    for (const mode of ['auto', 'deploy', 'teardown', 'list']) expect(intentOf(event, { mode })).toEqual(expected)
  })

  test('a fork that was deleted is one, until it is closed', () => {
    const event = eventOf(name, headIn(null, pullRequestPayload('synchronize')))
    expect(intent(event)).toMatchObject({ kind: 'skip' })
  })

  test.each(['deploy', 'teardown', 'list'])('mode %s is for runs by hand', (mode) => {
    const event = eventOf(name, pullRequestPayload('opened'))
    expect(() => intent(event, { mode })).toThrow(`mode ${mode} is not for ${name}`)
  })

  test('a payload without what it is about', () => {
    for (const payload of [null, 'text', { action: 'closed' }, { pull_request: { number: 2 } }])
      expect(() => intent(eventOf(name, payload))).toThrow('does not describe a pull request')
  })
})

describe('an empty payload', () => {
  test('the ref says which pull request, and GitHub what became of it', () => {
    expect(intent(eventOf('pull_request', {}))).toEqual({ kind: 'deploy', target, changed: 'anything' })
  })
  test('without one in the ref, it is an error that says what to do', () => {
    const merged = eventOf('pull_request', {}, { ref: 'refs/heads/main' })
    expect(() => intent(merged)).toThrow('refs/heads/main is no pull request')
  })
})

describe('Dependabot’s runs', () => {
  const run = (action: string, identity: Partial<Event['identity']> = {}) =>
    eventOf('pull_request', pullRequestPayload(action), {
      actor: 'dependabot[bot]',
      identity: { idToken: false, accessKey: false, ...identity },
    })
  test.each([
    ['without an ID token', run('opened'), inputs, 'mode deploy and target 2'],
    ['without an ID token, at the end', run('closed'), inputs, 'mode teardown and target 2'],
    ['with the cluster in a secret', run('opened', { idToken: true }), { 'role-to-assume': 'r' }, 'id-token: write'],
    ['with the role in a secret', run('opened', { idToken: true }), { cluster: 'c' }, 'mode deploy'],
  ])('%s are skipped', (_, event, given, hint) => {
    expect(intentOf(event, given as Record<string, string>)).toEqual(skip('Dependabot', hint))
  })
  test.each([
    ['an ID token', run('opened', { idToken: true }), inputs],
    ['keys of the job’s', run('opened', { accessKey: true }), { cluster: 'c' }],
    ['a kubeconfig', run('opened'), { kubeconfig: '/k' }],
  ])('with %s are like all others', (_, event, given) => {
    expect(intentOf(event, given as Record<string, string>)).toEqual(deploy)
  })
  test('somebody’s push to its branch has all rights', () => {
    expect(intent({ ...run('synchronize'), actor: 'ada' })).toEqual(deploy)
  })
})

describe('workflow_dispatch', () => {
  const dispatch = (mode: string, target: string) => intent(recordedEvent('workflow_dispatch'), { mode, target })
  test.each([
    ['deploy', '12', { kind: 'deploy', target: { pullRequest: 12 } }],
    ['deploy', 'feature/x', { kind: 'deploy', target: { branch: 'feature/x' } }],
    ['teardown', '#12', { kind: 'teardown', target: { pullRequest: 12 }, force: true }],
    ['teardown', 'feature/x', { kind: 'teardown', target: { branch: 'feature/x' }, force: true }],
    ['list', '', { kind: 'list' }],
    ['list', '12', { kind: 'list' }],
  ])('%s %s', (mode, target, expected) => {
    expect(dispatch(mode, target)).toEqual(expected)
  })
  test('must be told what to do, and to what', () => {
    expect(() => dispatch('auto', '12')).toThrow('must say what to do')
    expect(() => intentOf(recordedEvent('workflow_dispatch'), {})).toThrow('must say what to do')
    expect(() => dispatch('deploy', '')).toThrow('needs a target')
    expect(() => intent(recordedEvent('workflow_dispatch'), { mode: 'teardown' })).toThrow('needs a target')
  })
})

describe('other events', () => {
  // A reusable workflow's job gets its caller's event: workflow_call is never the name of one.
  test.each([
    ['push', 'a push by itself', 'open a pull request'],
    ['merge_group', 'a merge queue', 'wait in it'],
    ['schedule', 'on a schedule', 'mode: list'],
    ['issue_comment', 'comments', 'by hand'],
    ...['workflow_call', 'workflow_run', 'pull_request_review', 'repository_dispatch', 'release', 'constructor'].map(
      (name) => [name, `the event ${name} does not make previews`, 'pull_request or workflow_dispatch'],
    ),
  ] as [string, string, string][])('%s is an explained skip', (name, reason, hint) => {
    for (const mode of ['auto', 'deploy', 'teardown']) {
      const { pullRequest: _, ...expected } = skip(reason, hint)
      expect(intent(recordedEvent(name), { mode })).toEqual(expected)
    }
  })
  test('a schedule may list', () =>
    expect(intent(recordedEvent('schedule'), { mode: 'list' })).toEqual({ kind: 'list' }))
})

describe('whatever GitHub sends', () => {
  const junk = fc.oneof(fc.constant(undefined), fc.jsonValue())
  /** A recorded payload of any action, with some of its fields, at any depth down to the head, replaced or gone. */
  const payload = fc
    .record({
      base: fc.constantFrom(...pullRequestPayloads()),
      action: fc.oneof(fc.constantFrom('closed', 'opened', 'labeled', 'edited'), fc.string()),
      top: fc.dictionary(fc.constantFrom('label', 'changes', 'sender', 'pull_request', 'action'), junk, { maxKeys: 2 }),
      pr: fc.dictionary(fc.constantFrom('number', 'head', 'draft', 'state', 'user', 'labels'), junk, { maxKeys: 2 }),
      head: fc.dictionary(fc.constantFrom('sha', 'ref', 'user', 'repo'), junk, { maxKeys: 1 }),
    })
    .map(({ base, action, top, pr, head }) => ({
      ...base,
      action,
      pull_request: { ...base.pull_request, head: { ...base.pull_request.head, ...head }, ...pr },
      ...top,
    }))
  const event = fc.record({
    name: fc.constantFrom('pull_request', 'pull_request_target', 'push', 'issue_comment', 'workflow_dispatch'),
    payload: fc.oneof(payload, junk),
    ref: fc.oneof(fc.constantFrom('refs/pull/2/merge', 'refs/heads/main'), fc.string()),
    actor: fc.constantFrom('ada', 'dependabot[bot]'),
    identity: fc.record({ idToken: fc.boolean(), accessKey: fc.boolean() }),
  })
  const given = fc.dictionary(fc.constantFrom('mode', 'target', 'cluster', 'role-to-assume'), fc.string())
  const attempt = (of: Event, inputs: Record<string, string>) => {
    try {
      return intentOf(of, inputs)
    } catch (error) {
      expect(error).toBeInstanceOf(PreviewError)
      return undefined
    }
  }

  test('ends in an intent, or in an error for people', () => {
    fc.assert(
      fc.property(event, given, (of, inputs) => {
        const intent = attempt({ ...of, repository: REPOSITORY }, inputs)
        if (intent?.kind === 'skip') expect([intent.reason, intent.hint]).not.toContain('')
      }),
      { numRuns: 2_000 },
    )
  })
  test('a fork’s head never deploys, and removes nothing', () => {
    const { head } = pullRequestPayload('opened').pull_request
    fc.assert(
      fc.property(payload, fc.constantFrom('pull_request', 'pull_request_target'), given, (changed, name, inputs) => {
        const repo = { full_name: 'stranger/Hello-World' }
        const forged = { ...changed, pull_request: { ...Object(changed.pull_request), head: { ...head, repo } } }
        expect(attempt(eventOf(name, forged), inputs)?.kind ?? 'skip').toBe('skip')
      }),
      { numRuns: 1_000 },
    )
  })
  test('closed never deploys', () => {
    fc.assert(
      fc.property(payload, given, (changed, inputs) => {
        const kind = attempt(eventOf('pull_request', { ...changed, action: 'closed' }), inputs)?.kind
        expect(kind).not.toBe('deploy')
      }),
      { numRuns: 1_000 },
    )
  })
})
