import { createHmac, timingSafeEqual } from 'node:crypto'
import { page } from './page.js'

const LONGEST_BODY = 100_000

/** Answers a request: the list at `/`, a new article at `POST /articles`, and `/heartbeat` for the probes. */
export const articles = ({ database, stylesheet, secret, siteName }) => {
  const token = createHmac('sha256', secret).update('authenticity_token').digest('hex')

  const list = async (response) => {
    const [rows] = await database.query('SELECT * FROM articles ORDER BY id DESC LIMIT 100')
    send(response, 200, 'text/html; charset=utf-8', page({ siteName, stylesheet, token, articles: rows }))
  }

  const create = async (request, response) => {
    const isJson = request.headers['content-type']?.startsWith('application/json') ?? false
    const fields = fieldsOf(await bodyOf(request), isJson)
    if (fields === undefined) return send(response, 400, 'text/plain', 'This is not JSON\n')
    // Another site's page can send a form in a visitor's name, but no JSON.
    if (!isJson && !isEqual(fields.authenticity_token, token))
      return send(response, 422, 'text/plain', 'This form is not from here\n')
    const title = String(fields.title ?? '').trim()
    if (title === '' || title.length > 200)
      return send(response, 422, 'text/plain', 'A title has 1 to 200 characters\n')
    const [{ insertId }] = await database.execute('INSERT INTO articles (title) VALUES (?)', [title])
    if (isJson) return send(response, 201, 'application/json', JSON.stringify({ id: insertId, title }))
    response.writeHead(303, { location: '/' })
    response.end()
  }

  return async (request, response) => {
    const [path] = request.url.split('?')
    switch (`${request.method} ${path}`) {
      // Without the database: when that is away, new pods would not help.
      case 'GET /heartbeat':
        return send(response, 200, 'text/plain', 'ok\n')
      case 'GET /':
        return await list(response)
      case 'POST /articles':
        return await create(request, response)
      default:
        return send(response, 404, 'text/plain', 'Nothing is here\n')
    }
  }
}

const send = (response, status, type, body) => {
  response.writeHead(status, { 'content-type': type })
  response.end(body)
}

const bodyOf = async (request) => {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > LONGEST_BODY) throw new Error('the body is too long')
  }
  return text
}

const fieldsOf = (text, isJson) => {
  if (!isJson) return Object.fromEntries(new URLSearchParams(text))
  try {
    return Object(JSON.parse(text))
  } catch {
    return undefined
  }
}

const isEqual = (given = '', wanted) =>
  given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
