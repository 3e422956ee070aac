import { randomBytes } from 'node:crypto'

/** In no other attempt: what bears it was made by this one. */
export const newMarker = (): string => `check-${randomBytes(6).toString('hex')}`
