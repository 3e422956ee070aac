export const TABLES = [
  'CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, salt BYTEA NOT NULL, hash BYTEA NOT NULL)',
  'CREATE TABLE IF NOT EXISTS channels (name TEXT PRIMARY KEY, topic TEXT NOT NULL, position INT NOT NULL)',
  `CREATE TABLE IF NOT EXISTS messages (
     id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     channel TEXT NOT NULL REFERENCES channels,
     author TEXT NOT NULL REFERENCES users,
     text TEXT NOT NULL,
     sent TIMESTAMPTZ NOT NULL DEFAULT now())`,
]

/** For people who look at a preview. */
export const USERS = ['aoi', 'ren']
export const PASSWORD = 'preview'

export const CHANNELS = [
  { name: 'general', topic: 'What concerns everybody' },
  { name: 'lunch', topic: 'Where, and who comes along' },
  { name: 'checks', topic: 'What the checks of previews leave' },
]

export const MESSAGES = [
  { channel: 'general', author: 'aoi', text: 'The new chat is up. Say hello!' },
  { channel: 'general', author: 'ren', text: 'Hello 👋' },
  { channel: 'lunch', author: 'ren', text: 'Curry at noon?' },
]
