import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes a kubeconfig that authenticates as the certificate `user` of the folder `pki`. It is JSON, which is YAML too. */
export const writeKubeconfig = async (path: string, pki: string, user: string, server: string): Promise<void> => {
  const base64 = async (file: string): Promise<string> => (await readFile(join(pki, file))).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'preview', cluster: { server, 'certificate-authority-data': await base64('ca.crt') } }],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': await base64(`${user}.crt`),
          'client-key-data': await base64(`${user}.key`),
        },
      },
    ],
    contexts: [{ name: 'preview', context: { cluster: 'preview', user } }],
    'current-context': 'preview',
  }
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 })
}
