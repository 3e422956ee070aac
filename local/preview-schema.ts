// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema
import { z } from 'zod'
import { CHECK_KINDS, CHECK_SCHEMAS, type CheckKind } from '../checks/check-kinds.ts'
import { checks } from '../src/checks-config.ts'
import { baseSchema, ownSchema } from '../src/config-schema.ts'

/** Where it is published. */
export const PREVIEW_SCHEMA = 'docs/preview.schema.json'

type Schema = z.core.JSONSchema.BaseSchema

/** Draft 7: editors may know newer ones, and all know this one. */
const $schema = 'http://json-schema.org/draft-07/schema#'

const ref = (name: string) => ({ $ref: `#/definitions/${name}` })

/**
 * The schema of `.github/preview.yaml` for editors, made from the one that the action parses with. A condition tells the two forms
 * apart, and the kinds of checks: of an `anyOf` an editor cannot say which of its parts a mistake was made in.
 */
export const previewSchema = (): Schema => {
  const own = jsonSchemaOf(ownSchema)
  return {
    $schema,
    type: 'object',
    // Offered in an empty file too, where the other form is assumed.
    properties: { kustomization: own.properties?.kustomization ?? {} },
    if: { required: ['kustomization'] },
    then: own,
    else: jsonSchemaOf(baseSchema),
    definitions: { check: anyKind(), ...Object.fromEntries(CHECK_KINDS.map((kind) => [kind, oneKind(kind)])) },
  }
}

const jsonSchemaOf = (schema: z.ZodType): Schema => {
  const { $schema: _, definitions: __, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-07', override })
  return rest
}

const override = ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Schema }): void => {
  if ((zodSchema as unknown) === checks) Object.assign(jsonSchema, byName)
  // All that is recursive is `z.json()`: anything.
  if (jsonSchema.allOf?.some(({ $ref }) => $ref !== undefined)) delete jsonSchema.allOf
  const { def } = zodSchema._zod
  if (def.type === 'string') for (const each of def.checks ?? []) explain(jsonSchema, each._zod.def)
  if (def.type === 'union' && def.error)
    for (const part of jsonSchema.anyOf ?? []) {
      delete part.patternErrorMessage
      part.errorMessage = textOf(def.error({ input: null } as never))
    }
}

/** What the parser says is what editors say: VS Code and others show these two keywords in place of words of their own. */
const explain = (schema: Schema, check: z.core.$ZodCheckDef): void => {
  const { pattern, error } = check as z.core.$ZodCheckRegexDef
  for (const each of [schema, ...(schema.allOf ?? [])])
    if (pattern !== undefined && each.pattern === pattern.source && error)
      each.patternErrorMessage = textOf(error({} as never))
}

const textOf = (error: ReturnType<z.core.$ZodErrorMap>) => (typeof error === 'string' ? error : error?.message)

/** Its name says the kind of a check, where it is one and the check does not say another. */
const byName = {
  properties: Object.fromEntries(
    CHECK_KINDS.map((kind) => [kind, { if: { required: ['kind'] }, then: ref('check'), else: ref(kind) }]),
  ),
  additionalProperties: ref('check'),
}

/** Only where its name is not. */
const KIND = 'What is checked; a check that is named like a kind need not say it'

const anyKind = (): Schema => ({
  type: 'object',
  properties: { kind: { enum: [...CHECK_KINDS], description: KIND } },
  required: ['kind'],
  allOf: CHECK_KINDS.map((kind) => ({
    if: { properties: { kind: { const: kind } }, required: ['kind'] },
    then: ref(kind),
  })),
})

const oneKind = (kind: CheckKind): Schema => {
  const { properties, required = [], ...rest } = jsonSchemaOf(CHECK_SCHEMAS[kind])
  return {
    ...rest,
    properties: { ...properties, kind: { const: kind, description: KIND } },
    required: required.filter((key) => key !== 'kind'),
  }
}
