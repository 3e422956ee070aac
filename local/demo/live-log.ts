import { foldLog, type Group } from '../runner/fold.ts'

/** Shows a step's log line by line while it is written, folded. `unfold` is asked before the group's lines are known. */
export const liveLog = (print: (line: string) => void, unfold: (title: string) => boolean) => {
  const log: string[] = []
  let printed = 0
  return (line: string): void => {
    log.push(line)
    const lines = foldLog(log.join('\n'), ({ title }: Group) => unfold(title)).split('\n')
    for (const shown of lines.slice(printed)) print(shown)
    printed = lines.length
  }
}
