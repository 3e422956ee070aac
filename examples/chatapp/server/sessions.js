import { RedisStore } from 'connect-redis'
import session from 'express-session'
import { createClient } from 'redis'

const DAY = 86_400

/** Sessions are in Redis, so that any pod knows them, and the next version's pods too. */
export const openSessions = async (url, secret) => {
  if (!secret) throw new Error('SESSION_SECRET is not set: without it anybody could make sessions')
  const client = createClient({
    url,
    // A pod that is replaced may go without a word; a connection on which not even a ping is answered is made anew.
    socket: { connectTimeout: 2_000, socketTimeout: 3_000, reconnectStrategy: 500 },
    pingInterval: 1_000,
  })
  client.on('error', (error) => console.error(`redis: ${error.message}`))
  await client.connect()
  return {
    answers: () => client.ping(),
    middleware: session({
      store: new RedisStore({ client, prefix: 'session:', ttl: DAY }),
      secret,
      name: 'chat',
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: DAY * 1000 },
    }),
    close: () => client.close(),
  }
}
