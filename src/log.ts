/** What may write to the run's log. The adapter makes text from outside inert; see `src/actions-log.ts`. */
export type Log = {
  info(text: string): void
  warning(text: string): void
  /** Seen only with debug logging switched on. */
  debug(text: string): void
}
