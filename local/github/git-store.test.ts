import { expect, test } from 'vitest'
import { createGitStore } from './git-store.ts'

const author = { name: 'Ada', email: 'ada@example.com', date: '2026-01-02T03:04:05Z' }

// Names taken from git itself: `git mktree </dev/null`, `git hash-object`, `git commit-tree`.
test('objects have git’s names', () => {
  const git = createGitStore()
  expect(git.writeTree({})).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
  const tree = git.writeTree({ hello: 'hello\n' })
  expect(git.entries(tree)).toMatchObject([{ sha: 'ce013625030ba8dba906f756967f9e9ca394464a' }])
  expect(git.writeCommit({ tree, parents: [], message: 'first\n', author })).toBe(
    '8acb7f4c7824091344a047ee43d94365d7bb6451',
  )
})

test('the same files are the same tree, in whatever order they are given', () => {
  const git = createGitStore()
  expect(git.writeTree({ 'a/b': '1', 'a.b': '2', a0: '3' })).toBe(git.writeTree({ a0: '3', 'a.b': '2', 'a/b': '1' }))
  expect(git.list(git.writeTree({ 'a/b': '1', 'a.b': '2', a0: '3' })).map(({ path }) => path)).toEqual([
    'a.b',
    'a',
    'a/b',
    'a0',
  ])
})

test('ancestors are found through merges', () => {
  const git = createGitStore()
  const commit = (message: string, ...parents: string[]) =>
    git.writeCommit({ tree: git.writeTree({}), parents, message, author })
  const root = commit('root')
  const [left, right] = [commit('left', root), commit('right', root)]
  const merge = commit('merge', left, right)
  expect([git.isAncestor(root, merge), git.isAncestor(right, merge), git.isAncestor(merge, merge)]).toEqual([
    true,
    true,
    true,
  ])
  expect([git.isAncestor(left, right), git.isAncestor(merge, root)]).toEqual([false, false])
})
