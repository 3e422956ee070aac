import { styleText } from 'node:util'

export type Group = { title: string; lines: string[] }

const marker = (line: string) => /^##\[(group|endgroup|error|warning|notice|debug)\](.*)$/s.exec(line)

/** The groups of a shown log. GitHub does not nest: a group that starts inside another one ends it. */
export const groupsOf = (lines: readonly string[]): Group[] => {
  const groups: Group[] = []
  let open: Group | undefined
  for (const line of lines) {
    const [, name, rest = ''] = marker(line) ?? []
    if (name === 'group') {
      open = { title: rest, lines: [] }
      groups.push(open)
    } else if (name === 'endgroup') open = undefined
    else open?.lines.push(line)
  }
  return groups
}

const ANNOTATION = { error: 'red', warning: 'yellow', notice: 'cyan', debug: 'gray' } as const

/**
 * A shown log as GitHub's page has it when it opens: each group one ▸ line, annotations in their colour. GitHub leaves a group
 * that holds an error closed too, but a terminal cannot be clicked: `unfold` says which groups are printed with their lines.
 */
export const foldLog = (log: string, unfold: (group: Group) => boolean = () => false): string => {
  const lines = log.split('\n')
  const groups = groupsOf(lines).values()
  const out: string[] = []
  let hidden = false
  let indent = ''
  for (const line of lines) {
    const [, name, rest = ''] = marker(line) ?? []
    if (name === 'group') {
      const group = groups.next().value as Group
      hidden = !unfold(group)
      indent = '  '
      out.push(styleText('bold', `${hidden ? '▸' : '▾'} ${rest}`))
    } else if (name === 'endgroup') {
      hidden = false
      indent = ''
    } else if (!hidden) out.push(indent + painted(line, name, rest))
  }
  return out.join('\n')
}

const painted = (line: string, name: string | undefined, rest: string) => {
  const colour = ANNOTATION[name as keyof typeof ANNOTATION]
  return colour ? styleText(colour, `${name?.[0]?.toUpperCase()}${name?.slice(1)}: ${rest}`) : line
}
