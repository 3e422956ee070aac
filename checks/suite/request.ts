import type { CheckRequest, FollowUp, Json } from '../check-kinds.ts'
import type { SmokeApp } from '../contract.ts'
import { expectedOf, followsRedirects, mismatch } from './expectation.ts'
import { filled, filledJson, filledPath, type Known } from './placeholders.ts'
import { smoke, timeLeft } from './smoke-case.ts'
import type { Visitor } from './visitor.ts'
import { type Answer, type Asking, ask } from './web.ts'

/** The answer, and what is wrong with it. @throws Error when there is none */
export const put = async (
  app: SmokeApp,
  request: CheckRequest | FollowUp,
  known: Known,
  visitor: Visitor,
): Promise<{ answer: Answer; problem: string | undefined }> => {
  const expected = expectedOf(request.expect, known)
  const address = new URL(filledPath(request.path, known), app.url).href
  const answer = await ask(address, smoke.domain, {
    ...contentOf(request, known),
    visitor,
    follow: followsRedirects(expected),
    limitMs: timeLeft(),
  })
  return { answer, problem: mismatch(answer, expected) }
}

const contentOf = (request: CheckRequest | FollowUp, known: Known): Asking => {
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name, filled(value, known)])
  const headers = Object.fromEntries(given)
  const body = bodyOf(request, known)
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const isJson = request.body !== undefined && typeof request.body !== 'string'
  return {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: isJson && !hasType ? { ...headers, 'content-type': 'application/json' } : headers,
    ...(body !== undefined && { body }),
  }
}

const bodyOf = ({ body, file, form }: CheckRequest | FollowUp, known: Known): Asking['body'] => {
  if (body !== undefined)
    return typeof body === 'string' ? filled(body, known) : JSON.stringify(filledJson(body as Json, known))
  if (form === undefined && file === undefined) return undefined
  const fields = Object.entries(form ?? {}).map(([name, value]) => [name, filled(value, known)] as [string, string])
  if (file === undefined) return new URLSearchParams(fields)
  const data = new FormData()
  for (const [name, value] of fields) data.append(name, value)
  data.append(file.field, new Blob([filled(file.text, known)], { type: 'text/plain' }), filled(file.name, known))
  return data
}
