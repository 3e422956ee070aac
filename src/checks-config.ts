import { z } from 'zod'
import { CHECK_KINDS, type DeclaredCheck, isCheckKind, readCheck } from '../checks/check-kinds.ts'

/** `checks` of an app in `.github/preview.yaml`; what each may say is the suite's own schema. */

const checkName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'the name of a check has lower-case letters, digits and hyphens')
  .max(60)
const KINDS = CHECK_KINDS.join(', ')

/** The name says the kind where it is one: `login: { path: /login }`. */
export const checks = z
  .record(checkName, z.looseObject({ kind: z.string().optional() }))
  .transform((all, context) => {
    const read: Record<string, DeclaredCheck> = {}
    for (const [name, { kind = name, ...rest }] of Object.entries(all)) {
      if (!isCheckKind(kind)) {
        const message = `say its kind (${KINDS}), or name it like one`
        context.issues.push({ code: 'custom', input: kind, path: [name], message })
        continue
      }
      const parsed = readCheck(kind, rest)
      if (parsed.success) read[name] = parsed.data
      else
        for (const issue of parsed.error.issues)
          context.issues.push({ ...issue, input: undefined, path: [name, ...issue.path] } as never)
    }
    return read
  })
  .describe('What the smoke check asks beside `health`')

export type Checks = z.infer<typeof checks>

type Checked = { apps: Record<string, { expose: string; checks?: Checks | undefined }>; database?: unknown }

/** As many as the smoke check takes. */
const MOST = 100

/** What a check refers to is there. */
export const checksFit = ({ apps, database }: Checked, context: z.RefinementCtx): void => {
  const all = Object.entries(apps).flatMap(([app, { checks = {} }]) =>
    Object.entries(checks).map(([name, check]) => ({ app, name, check })),
  )
  const tell = (path: string[], message: string) =>
    context.addIssue({ code: 'custom', path: ['apps', ...path], message })
  for (const { app, check, name } of all) {
    const at = [app, 'checks', name]
    if (check.kind === 'write' && check.row && database === undefined)
      tell([...at, 'row'], 'there is no database to look into: add `database: {}` at the top')
    const other = 'then' in check ? check.then?.app : undefined
    if (other !== undefined && !Object.hasOwn(apps, other)) tell([...at, 'then', 'app'], `there is no app ${other}`)
    else if (other !== undefined && apps[other]?.expose === 'none')
      tell([...at, 'then', 'app'], `${other} has no URL to ask`)
    const first = all.find((each) => each.app === app && each.check.kind === 'login')
    if (check.kind === 'login' && first?.name !== name)
      tell(
        at,
        `${first?.name} is the login of ${app}: an app has one, whose cookies and token its other checks go with`,
      )
  }
  if (all.length > MOST) tell([], `${all.length} checks are declared, ${MOST} is the most`)
}
