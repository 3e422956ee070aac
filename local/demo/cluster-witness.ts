import { kubectl } from '../cluster/kubectl.ts'

type Listed = { kind: string; metadata: { name: string; namespace: string; uid: string; resourceVersion: string } }
/** Changes whenever anything of the object does. */
export type Seen = { subject: string; version: string }

/**
 * Every object of a namespace, of any kind, that mentions `word` anywhere: its name, its labels, what it refers to. Looked at
 * with kubectl as admin, not with the action's own code and role. Events stay out: the cluster forgets them by itself.
 */
export const objectsMentioning = async (namespace: string, word: string): Promise<Seen[]> => {
  const kinds = await kubectl(['api-resources', '--verbs=list', '--namespaced', '--output=name'])
  const asked = kinds.split('\n').filter((kind) => kind !== '' && !/^events(\.|$)/.test(kind))
  const { items } = JSON.parse(await kubectl(['get', asked.join(','), `--namespace=${namespace}`, '--output=json']))
  return (items as Listed[])
    .filter((item) => JSON.stringify(item).includes(word))
    .map(({ kind, metadata: { name, uid, resourceVersion } }) => ({
      subject: `${kind}/${namespace}/${name}`,
      version: `${uid} ${resourceVersion}`,
    }))
}

/** The last line of a container's log, without the time that Go's logger puts before it. */
export const lastWordsOf = async (namespace: string, pods: string, container: string): Promise<string> => {
  const log = await kubectl(['logs', pods, `--namespace=${namespace}`, `--container=${container}`, '--tail=1'])
  return log.trim().replace(/^[\d/]+ [\d:]+ /, '')
}
