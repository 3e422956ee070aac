import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { Part } from '../stack/part.ts'
import { closed, listening } from '../stack/web-server.ts'
import { addresses } from './addresses.ts'

/** What the API server asks about: an object of this namespace that is about to be created. */
export type Admission = { namespace: string; object: { spec: unknown } }
/** Answers with the JSON patch that is made of the object. */
export type Mutation = (admission: Admission) => Promise<object[]> | object[]

type Review = { request: { uid: string } & Admission }

/** The mutating webhooks of the cluster's controllers, each at a path of its own. `pki` is a folder with `webhooks.crt` and `.key`. */
export const startWebhooks = async (pki: string, mutations: Readonly<Record<string, Mutation>>): Promise<Part> => {
  const [cert, key] = await Promise.all(['crt', 'key'].map((end) => readFile(join(pki, `webhooks.${end}`))))
  const server = createServer({ cert, key }, (request, response) => {
    const answer = async (): Promise<void> => {
      const { request: asked } = (await json(request)) as Review
      // The API server adds its time-out as a query.
      const [path = ''] = request.url?.split('?') ?? []
      const patch = (await mutations[path]?.(asked)) ?? []
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: asked.uid, allowed: true, ...(patch.length > 0 && patched(patch)) },
        }),
      )
    }
    answer().catch((error: Error) => response.writeHead(500).end(error.message))
  })
  await listening(server, addresses.webhookPort, '127.0.0.1')
  return { close: () => closed(server) }
}

const patched = (patch: object[]) => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
})

export type WebhookOptions = {
  name: string
  /** Of the object it is about when it is created, in the core group. */
  resource: 'pods' | 'services'
  path: string
  failurePolicy: 'Ignore' | 'Fail'
}

/** What tells the API server to ask. */
export const webhookConfiguration = (
  name: string,
  { name: webhook, resource, path, failurePolicy }: WebhookOptions,
  ca: Buffer,
): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name },
  webhooks: [
    {
      name: webhook,
      clientConfig: { url: `https://127.0.0.1:${addresses.webhookPort}${path}`, caBundle: ca.toString('base64') },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: [resource] }],
      failurePolicy,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      timeoutSeconds: 5,
    },
  ],
})
