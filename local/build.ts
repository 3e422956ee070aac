// Makes dist/, the files that ship: tsc → build/, ncc → dist/. TypeScript 7 has no API that ncc could call, hence two steps.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { transformSync } from 'esbuild'

const root = path.join(import.meta.dirname, '..')
const dist = path.join(root, 'dist')
const run = (command: string, ...args: string[]) =>
  execFileSync(path.join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })

for (const folder of ['build', 'dist']) rmSync(path.join(root, folder), { recursive: true, force: true })
run('tsc', '-p', 'tsconfig.build.json')
run('ncc', 'build', 'build/src/main.js', '-o', 'dist', '--minify', '--license', 'licenses.txt')

// ncc minifies the main chunk only; what is loaded on demand is the larger part. Names stay: errors are told apart by them.
for (const file of readdirSync(dist).filter((name) => /^\d+\.index\.js$/.test(name))) {
  const chunk = path.join(dist, file)
  writeFileSync(
    chunk,
    transformSync(readFileSync(chunk, 'utf8'), { minify: true, keepNames: true, format: 'esm' }).code,
  )
}
