import { execFile } from 'node:child_process'

/** With the admin's rights, not the action's; rejects with what kubectl says. */
export const kubectl = (args: readonly string[], stdin = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile('kubectl', args, { timeout: 60_000, maxBuffer: 2 ** 26 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
    child.stdin?.end(stdin)
  })
