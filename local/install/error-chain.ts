/** The messages of an error and its causes, one line each: a stack trace says nothing to whoever ran the command. */
export const errorChain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}\n  because: ${errorChain(error.cause)}`
}
