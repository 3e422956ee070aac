import { type Command, parseCommand } from './command.ts'
import type { Masks } from './masks.ts'

export type Annotation = {
  level: 'error' | 'warning' | 'notice'
  message: string
  title?: string
  file?: string
  line?: number
}

export type StepLog = ReturnType<typeof createStepLog>

const COMMANDS = new Set(
  'add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state set-env set-output stop-commands warning'.split(
    ' ',
  ),
)
const EMPTY_MASK = "Can't add secret mask for empty string in ##[add-mask] command."
const disabled = (name: string) => `The \`${name}\` command is disabled. Please upgrade to using Environment Files`
const BAD_TOKEN =
  "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command"

/** Reads a step's output line by line, as GitHub's runner does (ActionCommandManager.cs), and keeps what it would show. */
export const createStepLog = (masks: Masks, onLine: (line: string) => void = () => {}) => {
  const raw: string[] = []
  const shown: string[] = []
  const annotations: Annotation[] = []
  const outputs: Record<string, string> = {}
  const state: Record<string, string> = {}
  const commands: Command[] = []
  let stopToken: string | undefined

  const show = (text: string) => {
    const line = masks.hide(text)
    shown.push(line)
    onLine(line)
  }

  const annotate = (level: Annotation['level'], message: string, at: Record<string, string> = {}) => {
    annotations.push(annotationOf(level, message, at, masks))
    show(`##[${level}]${message}`)
  }

  const obey = ({ name, properties, data }: Command) => {
    if (name === 'error' || name === 'warning' || name === 'notice') return annotate(name, data, properties)
    if (name === 'group' || name === 'endgroup') return show(`##[${name}]${name === 'group' ? data : ''}`)
    if (name === 'set-env' || name === 'add-path') return annotate('error', disabled(name))
    if (name === 'add-mask') {
      return data.trim() === '' ? annotate('warning', EMPTY_MASK) : masks.add(data)
    }
    if (name === 'stop-commands') {
      show(`::${name}::${data}`)
      if (['', 'pause-logging'].includes(data) || COMMANDS.has(data)) return annotate('error', BAD_TOKEN)
      stopToken = data
    }
    if (name !== 'set-output' && name !== 'save-state') return
    if (!properties.name) return annotate('error', `Required field 'name' is missing in ##[${name}] command.`)
    const values = name === 'set-output' ? outputs : state
    values[properties.name] = data
    annotate('warning', `The \`${name}\` command is deprecated and will be disabled soon.`)
  }

  return {
    raw,
    shown,
    annotations,
    outputs,
    state,
    /** Every command obeyed, so that a test can tell the action's own from one smuggled in by foreign text. */
    commands,
    annotate,
    read(line: string) {
      raw.push(line)
      const command = parseCommand(line, (name) => COMMANDS.has(name) || name === stopToken?.toLowerCase())
      if (!command) return show(line)
      if (stopToken !== undefined) {
        if (command.name === stopToken.toLowerCase()) stopToken = undefined
        return show(line)
      }
      commands.push(command)
      obey(command)
    },
  }
}

const annotationOf = (
  level: Annotation['level'],
  message: string,
  at: Record<string, string>,
  masks: Masks,
): Annotation => ({
  level,
  message: masks.hide(message),
  ...(at.title !== undefined && { title: masks.hide(at.title) }),
  ...(at.file !== undefined && { file: masks.hide(at.file) }),
  ...(at.line !== undefined && { line: Number(at.line) }),
})
