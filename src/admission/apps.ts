import { type AskedApp, type Build, type Finding, find, INGRESS, namesOf } from './build.ts'
import { mapOf, shown } from './fields.ts'
import { imageNames } from './images.ts'
import { backendsOf, serviceProblems } from './ingress-routes.ts'

/** Whether the build has what an app says of it, and that leads to the app. */
export const appProblems = (app: AskedApp, build: Build): Finding[] => [
  ...serviceProblems(`apps.${app.name}.service`, app.service, app.port, build),
  ...unselective(app, build),
  ...ingressProblems(app, build),
  ...app.images
    .filter((image) => !imageNames(build).has(image))
    .map((image) => ({
      message: `apps.${app.name}.image is ${image}, which no container of the build has`,
      hint: `they have ${[...imageNames(build)].join(', ') || 'none'}`,
    })),
]

/** Which pods answer is read from it. */
const unselective = ({ name, service }: AskedApp, build: Build): Finding[] => {
  const found = find(build, 'Service', service)
  return found === undefined || Object.keys(mapOf(mapOf(found.spec).selector)).length > 0
    ? []
    : [
        {
          message: `apps.${name}.service: Service/${service} selects no pods`,
          hint: 'name the Service with the selector of the app’s pods',
        },
      ]
}

const ingressProblems = ({ name, service, ingress }: AskedApp, build: Build): Finding[] => {
  if (ingress === undefined) return []
  const found = find(build, INGRESS, ingress)
  if (found === undefined)
    return [
      {
        message: `apps.${name}.ingress names the Ingress ${ingress}, which is not in the build`,
        hint: `it has ${namesOf(build, INGRESS).join(', ') || 'none'}`,
      },
    ]
  const backends = backendsOf(found)
  // Without a rule, the action writes one.
  return backends.size === 0 || backends.has(service)
    ? []
    : [
        {
          message: `apps.${name}: Ingress/${ingress} does not lead to Service/${service}`,
          hint: `it leads to ${[...backends].map(shown).join(', ')}`,
        },
      ]
}
