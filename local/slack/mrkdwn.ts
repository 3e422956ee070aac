/** Control sequences that are live in a Slack text: what a sender who escapes `&`, `<` and `>` can never produce by accident. */
const PING = /<(!channel|!here|!everyone|!subteam\^[^>]*|@[UW][A-Z0-9]*)(\|[^>]*)?>/g

/** Everybody this text would call, as written: `<!channel>`, `<@U024BE7LH>`. */
export const pings = (text: string): string[] => [...text.matchAll(PING)].map(([whole]) => whole)

/** The text as a reader sees it: links by their label or address, entities as characters. */
export const readable = (text: string): string =>
  text
    .replace(/<(?![!@#])([^|>]+)\|([^>]*)>/g, '$2 ($1)')
    .replace(/<([^>]+)>/g, (_, inside: string) => inside.replace(/^!/, '@').replace(/\|.*$/, ''))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
