import { randomUUID } from 'node:crypto'
import { XMLBuilder } from 'fast-xml-parser'

export type Answer = { status: number; headers: Record<string, string>; body: string }

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' })
const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/'

/** A Route 53 error as it goes over the wire; a change batch's messages come as one text in brackets, not as the documented list. */
export const errorAnswer = (code: string, messages: readonly string[]): Answer => {
  const requestId = randomUUID()
  const text = messages.join(', ')
  const error = { Type: 'Sender', Code: code, Message: code === 'InvalidChangeBatch' ? `[${text}]` : text }
  const xml = builder.build({ ErrorResponse: { '@xmlns': NAMESPACE, Error: error, RequestId: requestId } })
  return {
    status: 400,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0"?>\n${xml}`,
  }
}
