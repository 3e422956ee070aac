// A chat for a small team. Everything that differs from place to place comes from the environment: REDIS_URL, PostgreSQL's own
// variables (PGHOST, PGUSER, …) or DATABASE_URL instead, SESSION_SECRET, COMMIT, PORT.
import { chatApp } from './app.js'
import { openDatabase } from './database.js'
import { openSessions } from './sessions.js'

const { env } = process
const database = await openDatabase(env.DATABASE_URL)
const sessions = await openSessions(env.REDIS_URL ?? 'redis://localhost:6379', env.SESSION_SECRET)
const app = chatApp({ database, sessions, commit: env.COMMIT })

const server = app.listen(Number(env.PORT ?? 3000), () =>
  console.log(`chat ${env.COMMIT ?? ''} listens on ${server.address().port}`),
)

// The last requests are answered: Kubernetes asks a pod to end before it makes it.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.close(async () => {
      await Promise.all([database.close(), sessions.close()])
      process.exit()
    })
    server.closeIdleConnections()
  })
