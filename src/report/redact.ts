/**
 * A container's own words, without what looks like a secret: they go where more people can read than in the cluster. Errs on
 * the side of hiding.
 */
export const redact = (line: string): string =>
  RULES.reduce((text, [pattern, hidden]) => text.replace(pattern, hidden), line)

const RULES: readonly [RegExp, string][] = [
  // password=…, "apiKey": "…", AWS_SECRET_ACCESS_KEY: …
  [
    /((?:pass(?:word|wd)?|secret|token|api[-_]?key|access[-_]?key|credential|private[-_]?key|auth)[a-z0-9_-]*["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    '$1***',
  ],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, '$1 ***'],
  // scheme://user:password@host
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@'],
  // Presigned URLs, AWS keys, JSON Web Tokens, GitHub and Slack tokens
  [/([?&]X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+/gi, '$1***'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '***'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '***'],
  [/\b(?:gh[pousr]_|github_pat_|xox[abprs]-)[A-Za-z0-9_-]{10,}/g, '***'],
  // "You have reached your pull rate limit as 'name'" names the registry's user.
  [/(pull rate limit as )\S+/gi, '$1***'],
]
