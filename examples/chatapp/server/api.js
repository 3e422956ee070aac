import { Router } from 'express'

const LONGEST = 2_000

export const api = (database, commit) => {
  const router = Router()
  router.post('/session', async (request, answer) => {
    const { name, password } = request.body ?? {}
    const user = await database.userWith(String(name), String(password))
    if (user === undefined) return answer.status(401).json({ error: 'Name or password is wrong.' })
    // A session somebody else knew before must not become this user's.
    request.session.regenerate((error) => {
      if (error) return answer.status(500).json({ error: 'The session cannot be kept.' })
      request.session.user = user
      answer.json({ user, commit })
    })
  })
  router.get('/session', (request, answer) => answer.json({ user: request.session.user ?? null, commit }))
  router.use((request, answer, next) => {
    if (request.session.user === undefined) return answer.status(401).json({ error: 'Log in first.' })
    next()
  })
  router.delete('/session', (request, answer) => request.session.destroy(() => answer.status(204).end()))
  router.get('/channels', async (_, answer) => answer.json({ channels: await database.channels() }))
  router.param('channel', async (_request, answer, next, name) => {
    if (await database.hasChannel(name)) next()
    else answer.status(404).json({ error: 'There is no such channel.' })
  })
  router.get('/channels/:channel/messages', async (request, answer) => {
    const after = Number.parseInt(request.query.after ?? '0', 10) || 0
    answer.json({ messages: await database.messages(request.params.channel, after) })
  })
  router.post('/channels/:channel/messages', async (request, answer) => {
    const text = String(request.body?.text ?? '').trim()
    if (text === '' || text.length > LONGEST)
      return answer.status(400).json({ error: `A message has 1 to ${LONGEST} characters.` })
    answer.status(201).json(await database.add(request.params.channel, request.session.user, text))
  })
  return router
}
