import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], more: object = {}) => ({
  extends: true as const,
  test: { name, include, ...more },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      project('unit', ['{src,local,checks}/**/*.test.ts'], {
        exclude: ['**/*.adapter.test.ts', '**/node_modules/**'],
        // Thousands of random cases take seconds where other work runs beside them.
        testTimeout: 30_000,
      }),
      project('adapter', ['{src,local,checks}/**/*.adapter.test.ts'], {
        exclude: ['**/node_modules/**'],
        testTimeout: 60_000,
        hookTimeout: 120_000,
      }),
      // One stack for the whole suite; files run in turn because each already keeps both cores busy.
      project('e2e', ['test/e2e/**/*.test.ts'], {
        testTimeout: 300_000,
        hookTimeout: 600_000,
        fileParallelism: false,
        // Those that run side by side mostly wait.
        maxConcurrency: 8,
      }),
    ],
  },
})
