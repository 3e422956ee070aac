import { createHash } from 'node:crypto'

export type File = string | Uint8Array | { content: string | Uint8Array; executable: boolean } | { symlink: string }
/** The whole tree of a commit, by path from the root. */
export type Files = Record<string, File>

export type Entry = { name: string; mode: string; type: 'blob' | 'tree'; sha: string }
export type Leaf = { path: string; mode: string; type: 'blob' | 'tree'; sha: string; size?: number }
export type Person = { name: string; email: string; date: string }
export type Commit = { tree: string; parents: string[]; message: string; author: Person }

export type GitStore = ReturnType<typeof createGitStore>

const MODE = { file: '100644', executable: '100755', symlink: '120000', folder: '40000' } as const

/** Git's own objects under git's own names: a blob, tree or commit has the SHA-1 that `git` gives it. */
export const createGitStore = () => {
  const blobs = new Map<string, Buffer>()
  const trees = new Map<string, Entry[]>()
  const commits = new Map<string, Commit>()

  const writeBlob = (content: Buffer) => {
    const sha = nameOf('blob', content)
    blobs.set(sha, content)
    return sha
  }

  const writeEntries = (entries: Entry[]) => {
    // Git orders a folder as if its name ended in a slash.
    const key = ({ name, type }: Entry) => Buffer.from(type === 'tree' ? `${name}/` : name)
    const sorted = entries.toSorted((a, b) => Buffer.compare(key(a), key(b)))
    const body = sorted.flatMap(({ mode, name, sha }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')])
    const sha = nameOf('tree', Buffer.concat(body))
    trees.set(sha, sorted)
    return sha
  }

  const writeTree = (files: Files): string => {
    const entries: Entry[] = []
    const folders = new Map<string, Files>()
    for (const [path, file] of Object.entries(files)) {
      const slash = path.indexOf('/')
      if (slash < 0) entries.push({ name: path, type: 'blob', ...contentOf(file, writeBlob) })
      else {
        const folder = path.slice(0, slash)
        folders.set(folder, { ...folders.get(folder), [path.slice(slash + 1)]: file })
      }
    }
    for (const [name, inside] of folders)
      entries.push({ name, mode: MODE.folder, type: 'tree', sha: writeTree(inside) })
    return writeEntries(entries)
  }

  return {
    writeTree,
    writeCommit(commit: Commit) {
      const { name, email, date } = commit.author
      const who = `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`
      const lines = [
        `tree ${commit.tree}`,
        ...commit.parents.map((parent) => `parent ${parent}`),
        `author ${who}`,
        `committer ${who}`,
      ]
      const sha = nameOf('commit', Buffer.from(`${lines.join('\n')}\n\n${commit.message}`))
      commits.set(sha, commit)
      return sha
    },
    blob: (sha: string) => blobs.get(sha),
    commit: (sha: string) => commits.get(sha),
    entries: (sha: string) => trees.get(sha),
    /** Everything below a tree, folders before what they hold. */
    list: (tree: string) => listed({ trees, blobs }, tree, ''),
    isAncestor: (older: string, newer: string) => reaches(commits, newer, older),
  }
}

type Objects = { trees: Map<string, Entry[]>; blobs: Map<string, Buffer> }

const listed = (objects: Objects, tree: string, prefix: string): Leaf[] =>
  (objects.trees.get(tree) ?? []).flatMap(({ name, mode, type, sha }) => {
    const path = prefix + name
    if (type === 'blob') return [{ path, mode, type, sha, size: objects.blobs.get(sha)?.length ?? 0 }]
    return [{ path, mode: '040000', type, sha }, ...listed(objects, sha, `${path}/`)]
  })

const reaches = (commits: Map<string, Commit>, from: string, wanted: string): boolean => {
  const seen = new Set<string>()
  const queue = [from]
  for (let sha = queue.pop(); sha !== undefined; sha = queue.pop()) {
    if (sha === wanted) return true
    if (!seen.has(sha)) queue.push(...(commits.get(sha)?.parents ?? []))
    seen.add(sha)
  }
  return false
}

const nameOf = (type: string, body: Buffer) =>
  createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex')

const contentOf = (file: File, write: (content: Buffer) => string) => {
  if (typeof file === 'string' || file instanceof Uint8Array) return { mode: MODE.file, sha: write(Buffer.from(file)) }
  if ('symlink' in file) return { mode: MODE.symlink, sha: write(Buffer.from(file.symlink)) }
  return { mode: file.executable ? MODE.executable : MODE.file, sha: write(Buffer.from(file.content)) }
}
