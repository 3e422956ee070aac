import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What pods may run: the images in containerd's `k8s.io` namespace. Nothing is ever pulled. */
export type ImageStore = {
  /** Adds every image of an archive under the references it names. */
  importArchive(archive: string): Promise<void>
  /** Makes `ref` (of any registry) another name of an image that is there; replaces what `ref` named before. */
  tag(image: string, ref: string): Promise<void>
  /** Removes a name; containers that run it go on running. */
  untag(ref: string): Promise<void>
  list(): Promise<string[]>
}

/** Works only inside the stack's namespaces. `socket` is containerd's. */
export const imageStore = (socket: string): ImageStore => {
  const ctr = async (...args: string[]): Promise<string> => {
    const all = ['--address', socket, '--namespace', 'k8s.io', 'images', ...args]
    return (await promisify(execFile)('ctr', all, { timeout: 60_000 })).stdout
  }
  return {
    importArchive: async (archive) => void (await ctr('import', archive)),
    tag: async (image, ref) => void (await ctr('tag', '--force', image, ref)),
    untag: async (ref) => void (await ctr('rm', '--sync', ref)),
    list: async () =>
      (await ctr('ls', '--quiet')).split('\n').filter((ref) => ref !== '' && !ref.startsWith('sha256:')),
  }
}
