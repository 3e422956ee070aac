type Field = { description: string; default?: string }
export type Action = Record<'inputs' | 'outputs', Record<string, Field>>

/** The README with the tables of inputs and outputs that action.yml makes. */
export const readmeOf = (before: string, action: Action): string =>
  put(put(before, 'inputs', table('Input', action.inputs)), 'outputs', table('Output', action.outputs))

const table = (heading: string, fields: Record<string, Field>): string =>
  [
    `| ${heading} | |`,
    '|---|---|',
    ...Object.entries(fields).map(
      ([name, { description }]) => `| \`${name}\` | ${description.replaceAll('|', '\\|')} |`,
    ),
  ].join('\n')

const put = (text: string, part: string, content: string): string =>
  text.replace(
    new RegExp(`<!-- ${part} -->[^]*<!-- /${part} -->`),
    () => `<!-- ${part} -->\n${content}\n<!-- /${part} -->`,
  )
