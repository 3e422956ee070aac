export type Execution = {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'
  output?: string
  error?: string
  cause?: string
}

/** Step Functions as we use it: Standard executions, named, so that starting twice starts one. */
export type StateMachine = {
  /** `input` is JSON. Same name and input: the same execution. Returns its ARN. */
  start(name: string, input: string): Promise<string>
  /** `undefined` right after the start, while Step Functions does not know it yet. */
  describe(executionArn: string): Promise<Execution | undefined>
  stop(executionArn: string, cause: string): Promise<void>
  /** The execution of that name. */
  arnOf(name: string): string
  /** Where a person can look at it. */
  consoleUrl(executionArn: string): string
}
