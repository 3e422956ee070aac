import { AsyncLocalStorage } from 'node:async_hooks'
import type { Exchange } from '../exchange.ts'
import { hiding, isSecretName } from '../redact.ts'

const BODY_LENGTH = 2_000
/** The first few and the last: asking again and again is told by a number. */
const MOST = 12
const OWN_HEADERS = ['user-agent']
/** Of an answer: what helps to understand it. */
const TOLD = ['content-type', 'content-length', 'location', 'server', 'set-cookie', 'www-authenticate', 'retry-after']

const cases = new AsyncLocalStorage<Exchange[]>()
const secrets = new Set<string>()

/** It will be in no message and no exchange of this attempt. */
export const hide = (secret: string): void => void secrets.add(secret)

export const veiled = (text: string): string => hiding([...secrets])(text)

/** Runs one case; what it asks goes into `exchanges` while it runs. */
export const recording = <T>(exchanges: Exchange[], run: () => Promise<T>): Promise<T> => cases.run(exchanges, run)

type Told = Omit<Exchange, 'headers' | 'answer' | 'times'> & {
  headers: Record<string, string>
  answer?: { headers: Headers; body: string }
}

export const record = ({ answer, body, headers, problem, url, ...told }: Told): void => {
  const exchanges = cases.getStore()
  if (exchanges === undefined) return
  const own = Object.entries(headers).filter(([name]) => !OWN_HEADERS.includes(name))
  const exchange: Exchange = {
    ...told,
    url: veiled(url),
    headers: Object.fromEntries(own.map(headerText)),
    ...(body !== undefined && { body: toldText(body) }),
    ...(answer && { answer: { headers: answerHeaders(answer.headers), body: toldText(answer.body) } }),
    ...(problem !== undefined && { problem: veiled(problem) }),
    times: 1,
  }
  const last = exchanges.at(-1)
  if (last && isSame(last, exchange)) {
    last.times++
    last.ms += exchange.ms
  } else if (exchanges.length < MOST) exchanges.push(exchange)
  else exchanges[MOST - 1] = exchange
}

const answerHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries(TOLD.flatMap((name) => (headers.has(name) ? [headerText([name, headers.get(name) ?? ''])] : [])))

const headerText = ([name, value]: [string, string]): [string, string] => {
  const isSecret = /^(set-)?cookie$|^(proxy-)?authorization$/i.test(name) || isSecretName(name)
  return [name, isSecret ? '***' : veiled(value).slice(0, 500)]
}

/** An app may answer a megabyte, and only the beginning is shown. */
const toldText = (text: string): string => {
  const clean = veiled(text.slice(0, 10 * BODY_LENGTH))
  const isWhole = text.length <= 10 * BODY_LENGTH && clean.length <= BODY_LENGTH
  return isWhole ? clean : `${clean.slice(0, BODY_LENGTH)}… (cut: ${text.length} characters)`
}

const isSame = (one: Exchange, other: Exchange): boolean =>
  one.method === other.method &&
  one.url === other.url &&
  one.body === other.body &&
  JSON.stringify(one.headers) === JSON.stringify(other.headers) &&
  one.status === other.status &&
  one.answer?.body === other.answer?.body &&
  one.problem === other.problem
