const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text) => String(text).replace(/[&<>"]/g, (character) => ENTITIES[character])

export const page = ({ siteName, stylesheet, token, articles }) => `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>${escaped(siteName)}</title>
  <link rel="stylesheet" href="${stylesheet}">
  <h1>${escaped(siteName)}</h1>
  <form method="post" action="/articles">
    <input type="hidden" name="authenticity_token" value="${token}">
    <input name="title" placeholder="Title" maxlength="200" required>
    <button>Publish</button>
  </form>
  <ul>
${articles.map(({ title }) => `    <li>${escaped(title)}</li>\n`).join('')}  </ul>
</html>
`
