import { type DeclaredCheck, isCheckKind, problemsOf, readCheck } from '../check-kinds.ts'
import type { SmokeInput } from '../contract.ts'
import { carryOut } from './declared-checks.ts'
import type { Login } from './session.ts'
import { smoke, smokeCase } from './smoke-case.ts'

type Declared = { app: string; name: string; kind: string } & ({ check: DeclaredCheck } | { problem: string })

const { apps, checks } = smoke.input

const declaredOf = ({ app, kind, name, ...rest }: SmokeInput['checks'][number]): Declared => {
  const advice = 'deploy newer ones (npm run checks:deploy)'
  if (!isCheckKind(kind)) return { app, name, kind, problem: `These checks do not know the kind "${kind}": ${advice}` }
  const read = readCheck(kind, rest)
  if (read.success) return { app, name, kind, check: read.data }
  return {
    app,
    name,
    kind,
    problem: `These checks do not understand it: ${problemsOf(read.error).join('; ')}. Write it so, or ${advice}`,
  }
}

/** A case for everything that `checks` of the input asks for. */
export const declaredCases = (): void => {
  const declared = checks.map(declaredOf)
  const logins = new Map(declared.flatMap(loginOf))
  // A login first: what it asks belongs to its own case.
  const ordered = declared.toSorted((one, other) => Number(other.kind === 'login') - Number(one.kind === 'login'))
  for (const each of ordered) {
    smokeCase({ app: each.app, kind: each.kind, name: each.name }, async () => {
      // A check that was asked for and cannot be made must not look like one that passed.
      if ('problem' in each) throw new Error(each.problem)
      const app = apps.find(({ name }) => name === each.app)
      if (app === undefined) throw new Error(`there is no app ${each.app}`)
      return await carryOut(each.check, each.name, { app, apps, logins })
    })
  }
}

const loginOf = (each: Declared): [string, Login][] =>
  'check' in each && each.check.kind === 'login' ? [[each.app, { name: each.name, check: each.check }]] : []
