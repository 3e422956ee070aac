import type { App } from './config-schema.ts'
import type { DatabaseSettings } from './database/settings.ts'
import { type ServiceHost, withHosts } from './manifests/host-text.ts'
import type { Placement } from './names.ts'

/** Of every Service that kustomize-base/ makes, beside the app's own. */
export const SERVICE_PORT = 80

type Where = { placement: Placement; database: { settings: DatabaseSettings } | undefined }

/**
 * The app with the addresses that the apps around it have in this preview: their file names them as if they were alone, as
 * `http://worker` in a setting and `worker` in `waitFor`. Pure.
 */
export const amongNeighbours = (app: App, apps: Readonly<Record<string, App>>, { placement, database }: Where): App => {
  const services = Object.entries(apps).map(([name, { port }]) => serviceOf(name, port, placement))
  const env = Object.entries(app.env).map(([name, value]) => [
    name,
    services.reduce((text, service) => withHosts(text, `${name}=`, service).text, value),
  ])
  const waitFor = app.waitFor.map((at) => {
    if (at === 'database') return `${database?.settings.host}:${database?.settings.port}`
    return at.includes(':') ? at : `${at}${placement.suffix}:${apps[at]?.port}`
  })
  return { ...app, env: Object.fromEntries(env), waitFor }
}

const serviceOf = (name: string, port: number, { suffix, namespace }: Placement): ServiceHost => ({
  name,
  namespace: 'default',
  ports: new Set([String(SERVICE_PORT), String(port)]),
  sets: [],
  now: { suffix, namespace },
})
