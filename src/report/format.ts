/** How commits, times and spans are written, everywhere the same. */

export const shortCommit = (sha: string): string => sha.slice(0, 7)

/** `850ms`, `48s`, `3m 07s`, `1h 02m` */
export const duration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
}

const two = (value: number) => String(value).padStart(2, '0')

/** `2026-11-21 11:34`, always UTC: a comment cannot know where it is read. */
export const moment = (iso: string): string => new Date(iso).toISOString().slice(0, 16).replace('T', ' ')

/** `1st`, `2nd`, `3rd`, `11th` */
export const ordinal = (place: number): string => {
  const isTeen = Math.floor(place / 10) % 10 === 1
  return `${place}${(isTeen ? undefined : ['th', 'st', 'nd', 'rd'][place % 10]) ?? 'th'}`
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Of a link that works for a while. */
export const until = (expires: string | undefined): string =>
  expires === undefined ? '' : `, until ${moment(expires)} UTC`
