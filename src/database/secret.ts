import { createHash } from 'node:crypto'
import { isMap } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { changedMaps } from '../manifests/fields.ts'
import { withPodSpecs } from '../manifests/pod-templates.ts'
import { type Environment, labelsOf, type Placement } from '../names.ts'
import type { Credentials } from './credentials.ts'
import type { Lease } from './pool.ts'

/** How apps get to the database. Pure. */

/** What manifests call the Secret; every lease has one of its own. */
export const DATABASE_SECRET = 'preview-database'

/** Names of the variables that apps read. */
export type VariableNames = Record<'host' | 'port' | 'name' | 'user' | 'password' | 'url', string>

type Access = {
  environment: Environment
  placement: Placement
  engine: 'mysql' | 'postgres'
  host: string
  port: number
  lease: Lease
  credentials: Credentials
  variables: VariableNames
}

/**
 * The Secret of one lease. Its name changes with everything in it, so that pods are replaced exactly when they would go on
 * with something old; the name of the password's version stands for the password, of which no hash must be seen.
 */
export const databaseSecret = (access: Access): KubeObject => {
  const { environment, placement, lease, credentials } = access
  const { password: _, ...known } = credentials
  const seen = JSON.stringify([access.engine, access.host, access.port, lease, known, access.variables])
  const hash = createHash('sha256').update(seen).digest('hex').slice(0, 8)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      // Dots: no object of a build, whose name ends with our suffix, can have this name.
      name: `eks-preview.database.${environment.short}.g${lease.generation}-${hash}`,
      namespace: placement.namespace,
      labels: { ...labelsOf(environment), 'app.kubernetes.io/managed-by': 'eks-preview' },
    },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(valuesOf(access)).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
  }
}

/** What of it nobody may read in a log. */
export const hiddenIn = (access: Access): string[] => {
  const { password } = access.credentials
  return [...new Set([password, encodeURIComponent(password), Buffer.from(password).toString('base64')])]
}

const valuesOf = ({ engine, host, port, lease, credentials, variables }: Access): Record<string, string> => {
  const { username, password } = credentials
  const user = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`
  return {
    [variables.host]: host,
    [variables.port]: String(port),
    [variables.name]: lease.name,
    [variables.user]: username,
    [variables.password]: password,
    [variables.url]: `${engine}://${user}@${host}:${port}/${lease.name}`,
  }
}

/** With the Secret of the lease wherever a pod names the one of manifests; how many objects do. */
export const withDatabase = (
  objects: readonly KubeObject[],
  secret: string,
): { objects: KubeObject[]; users: number } => {
  let users = 0
  const changed = objects.map((object) => {
    let isUser = false
    const named = (value: unknown) => {
      if (!isMap(value) || value.name !== DATABASE_SECRET) return value
      isUser = true
      return { ...value, name: secret }
    }
    const result = withPodSpecs(
      object,
      (spec) =>
        changedMaps(spec, (map) => {
          const { secretRef, secretKeyRef, secret: source, secretName } = map
          if (secretName === DATABASE_SECRET) isUser = true
          return {
            ...map,
            ...(secretRef === undefined ? {} : { secretRef: named(secretRef) }),
            ...(secretKeyRef === undefined ? {} : { secretKeyRef: named(secretKeyRef) }),
            ...(source === undefined ? {} : { secret: named(source) }),
            ...(secretName === DATABASE_SECRET ? { secretName: secret } : {}),
          }
        }) as typeof spec,
    )
    if (isUser) users += 1
    return isUser ? result : object
  })
  return { objects: changed, users }
}
