import { countCases, type SmokeCase, type SmokeResult } from '../checks/contract.ts'
import { PreviewError } from '../src/errors.ts'
import { environmentOf } from '../src/names.ts'
import type { AppReport, Report, SmokeReport } from '../src/report/report.ts'
import { failures } from './failure-samples.ts'

/** One environment's story, a report for every state it can be in: what the renderers' tests and pictures are made of. */

const HEAD = 'def5678c0ffee0ddba11cafe5eed5ca1ab1e0123'
const BEFORE = 'abc1234567890fedcba0987654321fedcba09876'
const environment = environmentOf({ repository: 'acme/shop', repositoryId: 4711, branch: 'feature/🍣-login' }, true)

const LOGS =
  'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/previews$3FlogStreamNameFilter$3Da$252Fapp1'

const app = (name: string, more: Partial<AppReport> = {}): AppReport => ({
  name,
  url: `https://${environment.id}-${name}.preview.example.com`,
  ...more,
})
const serving = (name: string): AppReport =>
  app(name, {
    commit: HEAD,
    answered: 'proven',
    updated: '2026-11-21T11:36:02Z',
    ...(name === 'app1' && { logsUrl: LOGS }),
  })
const before = (name: string): AppReport =>
  app(name, { commit: BEFORE, answered: 'rollout', updated: '2026-11-20T09:12:40Z' })

const base = {
  intent: { kind: 'deploy', target: { pullRequest: 12 }, sha: HEAD },
  status: 'deploying',
  pullRequest: { number: 12, title: 'Log in with 🍣', url: 'https://github.com/acme/shop/pull/12' },
  environment,
  life: { uid: '7c9d3f5e-58a1-4a57-9d0b-0f5a1f0a6c11', generation: 3 },
  commit: HEAD,
  apps: [],
  changes: [],
  receipt: [],
  steps: [],
  warnings: [],
  startedAt: '2026-11-21T11:34:14Z',
  ms: 108_000,
  run: { url: 'https://github.com/acme/shop/actions/runs/9001', attempt: 1 },
  place: {
    cluster: 'previews',
    namespace: 'previews',
    role: 'eks-preview',
    workflow: 'acme/shop/.github/workflows/preview.yml@refs/heads/main',
  },
} satisfies Report

const check = (name: string, status: SmokeCase['status'], message?: string): SmokeCase => ({
  name,
  app: 'app1',
  kind: name,
  status,
  attempts: 1,
  ms: 40,
  ...(message === undefined ? {} : { message }),
})

const smoke = (cases: SmokeCase[]): SmokeReport => {
  const result: SmokeResult = {
    version: 1,
    ok: cases.every(({ status }) => status === 'passed'),
    environment: { id: environment.id },
    commit: HEAD,
    counts: countCases(cases),
    cases,
    report: { bucket: 'reports', key: 'preview/report.html' },
    started: '2026-11-21T11:35:30Z',
    ms: 4_200,
    commitVerified: true,
    error: null,
  }
  return {
    ok: result.ok,
    result,
    executionUrl:
      'https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/smoke-3',
    reportUrl: 'https://us-east-1.console.aws.amazon.com/s3/object/reports?region=us-east-1&prefix=preview/report.html',
  }
}

const passed = smoke(['health', 'commit', 'login', 'write', 'queue', 'storage'].map((name) => check(name, 'passed')))
const partly = smoke([
  check('health', 'passed'),
  check('commit', 'passed'),
  check('login', 'failed', 'POST /login answered 500, expected 302'),
])

const late: SmokeCase = {
  ...check('queue', 'passed', 'the job was done after 2 s'),
  attempts: 3,
  history: [
    { attempt: 1, status: 'failed', ms: 900, message: 'POST /jobs answered 500, 202 was expected' },
    { attempt: 2, status: 'failed', ms: 800, message: 'POST /jobs answered 503, 202 was expected' },
    { attempt: 3, status: 'passed', ms: 2_100, message: 'the job was done after 2 s' },
  ],
}
const flaky = smoke([check('health', 'passed'), late])

const news = { newFailures: [], stillFailing: ['login of app1'], fixed: ['commit of app1'] }

const failure = failures(environment.short)

const changes = [
  ...[`Service/previews/app1-${environment.short}`, `Ingress/previews/app1-${environment.short}`].map((subject) => ({
    subject,
    action: 'unchanged',
  })),
  { subject: `Deployment/previews/app1-${environment.short}`, action: 'configured' },
  { subject: `ConfigMap/previews/app1-config-${environment.short}-7g2h`, action: 'created' },
]

const removedThings = [
  `Deployment/previews/app1-${environment.short}`,
  `Service/previews/app1-${environment.short}`,
  `Ingress/previews/app1-${environment.short}`,
  `${environment.id}-app1.preview.example.com A`,
  `_eks-preview.${environment.id}-app1.preview.example.com TXT`,
]

const deployed = { apps: [serving('app1'), serving('admin')], expires: '2026-11-28T11:34:14Z', changes }

export const samples = {
  firstDeploy: { ...base, apps: [app('app1'), app('admin')] },
  waiting: { ...base, apps: [app('app1')], waiting: 2 },
  poolFull: {
    ...base,
    status: 'failed',
    apps: [app('app1')],
    failure: new PreviewError('PoolFull', 'none of the 2 databases became free within 15 minutes', {
      hint: 'close a pull request whose preview is no longer needed and run the job again',
      problems: [
        { message: 'preview_01 belongs to acme/shop#7 (feature/cart) since 2026-11-20 09:00 UTC' },
        { message: 'preview_02 could not be cleaned: ConnectionRefused: nobody answers at db.internal:3306' },
      ],
    }),
  },
  listed: {
    intent: { kind: 'list' },
    status: 'listed',
    apps: [],
    changes: [],
    receipt: [],
    steps: [],
    warnings: [],
    startedAt: base.startedAt,
    ms: 900,
    run: base.run,
    list: {
      environments: [
        {
          id: environment.id,
          repository: 'acme/shop',
          branch: environment.owner.branch,
          pullRequests: [12, 14],
          phase: 'Live',
          commit: base.commit,
          database: 'preview_01',
          urls: { app1: 'https://346e50ff9c5f4172807b918218604cbe-app1.preview.example.com' },
          updated: '2026-11-21T11:35:00Z',
        },
        {
          id: 'a'.repeat(32),
          repository: 'acme/shop',
          branch: 'a|b',
          pullRequests: [],
          phase: 'Failed',
          urls: {},
          updated: '2026-11-21T12:35:00Z',
        },
      ],
      databases: [
        'preview_01 belongs to acme/shop#12 (feature/login) since 2026-11-21 11:34 UTC',
        'preview_02 is free',
      ],
      waiting: ['feature/cart'],
    },
  },
  updating: { ...base, apps: [before('app1'), before('admin')], lastGoodCommit: BEFORE },
  live: {
    ...base,
    ...deployed,
    status: 'live',
    database: 'preview_07',
    smoke: passed,
    steps: [
      { step: 'Render and check', status: 'done', detail: '4 objects', at: 0, ms: 210 },
      { step: 'Claim the environment', status: 'done', detail: 'generation 3', at: 210, ms: 34 },
      { step: 'Apply to EKS', status: 'done', detail: '1 created, 1 configured, 2 unchanged', at: 244, ms: 412 },
      { step: 'Wait until ready', status: 'done', detail: '2 Deployments, 2 Ingresses', at: 656, ms: 61_300 },
      { step: 'Point DNS', status: 'unchanged', at: 61_956, ms: 90 },
      { step: 'Ask the URL', status: 'done', detail: '3 of 3 answers from def5678', at: 62_046, ms: 1_900 },
      { step: 'Smoke check', status: 'done', detail: '6 passed', link: passed.executionUrl, at: 63_946, ms: 44_000 },
    ],
  },
  liveAroundARedis: {
    ...base,
    status: 'live',
    apps: [{ name: 'redis', commit: base.commit, updated: '2026-11-27T11:34:00Z' }, serving('app1')],
    ms: 9_100,
  },
  liveWithoutExtras: { ...base, status: 'live', apps: [serving('app1')], ms: 8_400 },
  liveButSmokeFails: { ...base, ...deployed, status: 'live', smoke: { ...partly, news }, lastGoodCommit: BEFORE },
  liveButFlaky: { ...base, ...deployed, status: 'live', smoke: flaky },
  smokeUnfinished: {
    ...base,
    ...deployed,
    status: 'live',
    smoke: { ok: false, problem: 'no answer within 300 s', executionUrl: partly.executionUrl },
  },
  smokeRequired: {
    ...base,
    ...deployed,
    status: 'failed',
    smoke: partly,
    lastGoodCommit: BEFORE,
    failure: new PreviewError('SmokeFailed', '1 of 3 checks failed', { hint: 'read the smoke report' }),
  },
  failed: {
    ...base,
    status: 'failed',
    apps: [before('app1'), serving('admin')],
    lastGoodCommit: BEFORE,
    changes,
    ...failure.image,
    warnings: ['Slack did not take the message: it answered 503 (try 3 of 3)'],
  },
  failedByCrash: { ...base, status: 'failed', apps: [app('app1')], ...failure.crash },
  failedByQuota: { ...base, status: 'failed', apps: [app('app1'), app('admin')], ...failure.quota },
  failedLate: { ...base, status: 'failed', apps: [before('app1')], lastGoodCommit: BEFORE, ...failure.late },
  failedByOther: { ...base, status: 'failed', apps: [app('app1')], ...failure.blocked },
  failedByMany: { ...base, status: 'failed', apps: [app('app1'), app('admin')], ...failure.many },
  badInput: {
    ...base,
    status: 'failed',
    failure: new PreviewError('BadInput', '.github/preview.yaml has 2 problems', {
      problems: [
        { message: 'apps.app1.port must be a number', file: '.github/preview.yaml', line: 3 },
        { message: 'unknown key helath', hint: 'did you mean health?', file: '.github/preview.yaml', line: 4 },
      ],
    }),
  },
  cancelled: {
    ...base,
    status: 'failed',
    apps: [before('app1')],
    lastGoodCommit: BEFORE,
    failure: Object.assign(new PreviewError('Cancelled', 'cancelled while waiting for Ingress/previews/app1'), {
      step: 'Wait until ready',
    }),
  },
  superseded: {
    ...base,
    status: 'superseded',
    failure: new PreviewError('Superseded', 'a run for 9f8e7d6 took over'),
  },
  skipped: {
    ...base,
    intent: {
      kind: 'skip',
      reason: 'the pull request comes from a fork',
      hint: 'push the branch to acme/shop to get a preview',
      pullRequest: 12,
    },
    status: 'skipped',
  },
  removing: {
    ...base,
    intent: { kind: 'teardown', target: { pullRequest: 12 }, force: false },
    status: 'removing',
    apps: [serving('app1')],
  },
  removed: {
    ...base,
    intent: { kind: 'teardown', target: { pullRequest: 12 }, force: false },
    status: 'removed',
    receipt: removedThings.map((subject) => ({ subject, gone: true })),
    ms: 21_400,
  },
  notRemoved: {
    ...base,
    intent: { kind: 'teardown', target: { pullRequest: 12 }, force: false },
    status: 'failed',
    receipt: removedThings.map((subject, index) =>
      index === 2 ? { subject, gone: false, why: 'finalizer ingress.k8s.aws/resources' } : { subject, gone: true },
    ),
    failure: new PreviewError('TimedOut', `waited 300 s for Ingress/previews/app1-${environment.short} to go`, {
      object: `Ingress/previews/app1-${environment.short}`,
      hint: 'look at the events of the other Ingresses of its ALB group: one bad member holds all of them',
    }),
  },
} satisfies Record<string, Report>
