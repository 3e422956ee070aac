import path from 'node:path'

/** Beside `dist/` and beside `src/`. Spelt so that ncc leaves it alone: its other forms copy the folder into the bundle. */
export const KUSTOMIZE_BASE = path.join(import.meta.dirname, '../kustomize-base')
