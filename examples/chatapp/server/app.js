import path from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { api } from './api.js'

const PUBLIC = path.join(import.meta.dirname, '../public')
/** Vue as it comes, with its compiler: a browser runs it, and nothing has to be built. */
const VUE = fileURLToPath(import.meta.resolve('vue/dist/vue.esm-browser.prod.js'))

export const chatApp = ({ database, sessions, commit = '' }) => {
  const app = express()
  app.disable('x-powered-by')
  // Whoever forwards requests to a pod says whether they came by https.
  app.set('trust proxy', true)
  app.use((_, answer, next) => {
    answer.set('x-commit', commit)
    next()
  })
  app.get('/healthz', async (_, answer) => {
    const [one, other] = await Promise.allSettled([database.answers(), sessions.answers()])
    const problems = { postgres: one.reason?.message, redis: other.reason?.message }
    const ok = one.status === 'fulfilled' && other.status === 'fulfilled'
    answer.status(ok ? 200 : 503).json({ ok, commit, ...problems })
  })
  app.get('/vue.js', (_, answer) => answer.sendFile(VUE, { maxAge: '1h' }))
  app.use(express.static(PUBLIC))
  app.use('/api', sessions.middleware, express.json({ limit: '16kb' }), api(database, commit))
  // What is wrong with a request Express says itself; the rest is for the log.
  app.use((error, _request, answer, _next) => {
    const status = error.status ?? 500
    if (status >= 500) console.error(error)
    answer.status(status).json({ error: status >= 500 ? 'Something went wrong here.' : error.message })
  })
  return app
}
