import * as z from 'zod'
import { pastDeployment, REMEMBERED } from './history.ts'
import type { Report } from './report.ts'

/** What a comment remembers for the next run, unseen by its readers. It outlives the environment's record. */
const marker = z.object({
  /** The environment's id. */
  id: z.string().optional(),
  /** The record's uid and generation that wrote last. */
  life: z.object({ uid: z.string(), generation: z.int() }).optional(),
  slack: z.object({ channel: z.string(), ts: z.string() }).optional(),
  /** The last GitHub deployment, and the one before that still serves while the last is not live. */
  deployment: z.object({ id: z.int(), commit: z.string(), live: z.boolean(), serving: z.int().optional() }).optional(),
  /** What the comment says of the preview. */
  status: z.string().optional(),
  /** The last commit that was live. */
  lastGood: z.string().optional(),
  /** The newest first. */
  history: z.array(pastDeployment).max(REMEMBERED).optional(),
})
export type Marker = z.infer<typeof marker>
export type ShownDeployment = NonNullable<Marker['deployment']>

const MARKER = /<!-- eks-preview (\{.*\}) -->\s*$/

/** Only the very end of a body counts: whatever a log quotes further up is text. */
export const parseMarker = (body: string): Marker | undefined => {
  const json = MARKER.exec(body)?.[1]
  if (json === undefined) return undefined
  try {
    return marker.parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

/** An HTML comment ends at `-->`, and `--` has no place in one: neither can stand in the JSON, nor what ends a line. */
export const renderMarker = (value: Marker): string => {
  const json = JSON.stringify(value).replace(/[<>\u2028\u2029]|-(?=-)/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `<!-- eks-preview ${json} -->`
}

/**
 * A run may write unless a later run of the same life already has. Another uid is another life, which starts counting
 * anew; a run that ended before it claimed a generation tells only what it found, and keeps the marker's.
 */
export const mayOverwrite = (previous: Marker | undefined, life: Report['life']): boolean =>
  previous?.life === undefined || life?.uid !== previous.life.uid || life.generation >= previous.life.generation
