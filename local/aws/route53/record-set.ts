export type AliasTarget = { hostedZoneId: string; dnsName: string; evaluateTargetHealth: boolean }

/** One resource record set; `name` and the alias target's name as `recordName` makes them. */
export type RecordSet = {
  name: string
  type: string
  setIdentifier?: string
  ttl?: number
  values?: string[]
  alias?: AliasTarget
}

/** The one form in which Route 53 keeps and compares names: lower case, a dot at the end, `*` in octal. */
export const recordName = (name: string): string => `${name.toLowerCase().replace(/\.$/, '').replaceAll('*', '\\052')}.`

export const keyOf = (set: RecordSet): string => `${set.name} ${set.type} ${set.setIdentifier ?? ''}`

/** What a DELETE must state exactly; the order of the values does not matter. */
export const contentOf = (set: RecordSet): string =>
  JSON.stringify([set.ttl ?? null, [...(set.values ?? [])].sort(), set.alias ?? null])
