import { createConnection, createPool } from 'mysql2/promise'
import { required } from './environment.js'

const options = () => ({ uri: required('DATABASE_URL'), connectTimeout: 5_000 })

/** A migration may hold several statements. */
export const migrationConnection = () => createConnection({ ...options(), multipleStatements: true })

export const databasePool = () => createPool({ ...options(), connectionLimit: 5 })
