import type { KubeObject } from '../cluster/cluster.ts'
import { CONFIG_PATH } from '../config.ts'
import type { Problem } from '../errors.ts'
import { appProblems } from './apps.ts'
import { type Asked, type Build, buildOf, type Finding, type Manifest, type Rule } from './build.ts'
import { identity } from './identity.ts'
import { images } from './images.ts'
import { ingressRoutes } from './ingress-routes.ts'
import { jobsBehindServices, migrations } from './jobs.ts'
import { isNamespace, kinds } from './kinds.ts'
import { listKeys } from './list-keys.ts'
import { dnsAnnotations, loadBalancerAnnotations } from './load-balancer-annotations.ts'
import { labelLengths, liveFields, reservedMarks, wishes } from './marks.ts'
import { namespaces } from './namespaces.ts'
import { duplicates, generatedNames, lengths, reservedNames } from './object-names.ts'
import { podSecurity } from './pod-security.ts'
import { references } from './references.ts'
import { identities, tokens } from './service-accounts.ts'
import { services } from './services.ts'
import { sizes } from './sizes.ts'

const RULES: readonly Rule[] = [
  kinds,
  namespaces,
  duplicates,
  reservedNames,
  generatedNames,
  lengths,
  reservedMarks,
  wishes,
  labelLengths,
  liveFields,
  sizes,
  services,
  ingressRoutes,
  loadBalancerAnnotations,
  dnsAnnotations,
  podSecurity,
  images,
  listKeys,
  references,
  migrations,
  jobsBehindServices,
  tokens,
  identities,
]

/**
 * Whether people's manifests, built as they wrote them, may become a preview: everything that is in the way, each with its
 * file. What the API server would refuse, what would be somebody else's, and what would stop the previews of others is said
 * here in words; the boundary is the action's Role, the quota and Pod Security.
 */
export const admit = (manifests: readonly Manifest[], asked: Asked): { problems: Problem[]; warnings: Problem[] } => {
  // All else takes these for text.
  const misnamed = manifests.flatMap((manifest) => findingsIn(manifest, identity(manifest.object)))
  if (misnamed.length > 0) return { problems: misnamed.map(({ problem }) => problem), warnings: [] }
  const build = buildOf(
    asked,
    manifests.map(({ object }) => object),
  )
  const found = [
    ...asked.apps.flatMap((app) => appProblems(app, build)).map((finding) => said(finding, CONFIG_PATH)),
    ...manifests.flatMap((manifest) => findingsIn(manifest, judged(manifest.object, build))),
  ]
  const of = (isWarning: boolean) => found.filter((one) => one.isWarning === isWarning).map(({ problem }) => problem)
  return { problems: of(false), warnings: of(true) }
}

/** What is left out is in nobody's way. */
const judged = (object: KubeObject, build: Build): Finding[] =>
  (isNamespace(object) ? [kinds] : RULES).flatMap((rule) => rule(object, build))

const findingsIn = ({ object, file }: Manifest, findings: readonly Finding[]) =>
  findings.map((finding) => {
    const message = `${object.kind}/${object.metadata.name}: ${finding.message}`
    return said({ ...finding, message }, file)
  })

const said = (
  { message, hint, isWarning = false }: Omit<Finding, 'isWarning'> & { isWarning?: boolean },
  file?: string,
) => ({
  problem: { message, hint, ...(file === undefined ? {} : { file }) },
  isWarning,
})
