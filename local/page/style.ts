import { html } from '../../checks/html.ts'

/** Colours and measures of GitHub's and Slack's own pages, light and dark. */
export const STYLE = html`
:root {
  color-scheme: light dark;
  --back: light-dark(#ffffff, #0d1117);
  --ink: light-dark(#1f2328, #f0f6fc);
  --soft: light-dark(#59636e, #9198a1);
  --line: light-dark(#d1d9e0, #3d444d);
  --raised: light-dark(#f6f8fa, #151b23);
  --code: light-dark(#818b981f, #656c7633);
  --link: light-dark(#0969da, #4493f8);
  --good: light-dark(#1a7f37, #3fb950);
  --bad: light-dark(#d1242f, #f85149);
  --badge: light-dark(#24292f, #2f353d);
  --slack-back: light-dark(#ffffff, #1a1d21);
  --slack-ink: light-dark(#1d1c1d, #d1d2d3);
  --slack-soft: light-dark(#616061, #ababad);
  --slack-link: light-dark(#1264a3, #4fb0e8);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--back); color: var(--ink); overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif, 'Apple Color Emoji', 'Segoe UI Emoji';
}
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font-family: ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; font-size: 12px; }

.comment { display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 14px; }
.comment + .comment { margin-top: 16px; }
.avatar {
  width: 40px; height: 40px; border-radius: 50%; background: var(--badge); color: #fff; display: grid; place-items: center;
  font: 700 17px/1 system-ui, sans-serif;
}
.box { border: 1px solid var(--line); border-radius: 6px; }
.box > header {
  padding: 6px 16px; background: var(--raised); border-bottom: 1px solid var(--line); border-radius: 5px 5px 0 0; color: var(--soft);
}
.box > header b { color: var(--ink); } .box > header i {
  font-style: normal; font-size: 12px; padding: 0 6px; border: 1px solid var(--line); border-radius: 2em;
}
.body { padding: 16px; }
.body > :first-child { margin-top: 0; } .body > :last-child { margin-bottom: 0; }
.body p, .body ul, .body ol, .body pre, .body blockquote, .body details, .body .wide { margin: 0 0 16px; }
.body ul, .body ol { padding-left: 2em; }
.body details > :last-child { margin-bottom: 0; }
.body summary { cursor: pointer; } .body details[open] > summary { margin-bottom: 4px; }
.body code { padding: .2em .4em; background: var(--code); border-radius: 6px; }
.body pre { padding: 16px; overflow-x: auto; background: var(--raised); border-radius: 6px; line-height: 1.45; overflow-wrap: normal; }
.body pre code { padding: 0; background: none; }
.wide { overflow-x: auto; overflow-wrap: normal; }
.body table { border-collapse: collapse; } .body tr { background: var(--back); } .body tr:nth-child(2n) { background: var(--raised); }
.body th, .body td { padding: 6px 13px; border: 1px solid var(--line); }

.message {
  display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 8px; padding: 8px 20px; background: var(--slack-back); color: var(--slack-ink);
  font: 15px/1.467 'Slack-Lato', Lato, 'Helvetica Neue', Helvetica, Arial, sans-serif, 'Apple Color Emoji', 'Segoe UI Emoji';
}
.message .avatar { width: 36px; height: 36px; border-radius: 8px; }
.message a { color: var(--slack-link); } .message p { margin: 0 0 4px; white-space: pre-wrap; }
.message header b { font-weight: 900; } .message header i {
  font: 700 10px/1 sans-serif; padding: 2px 3px; border-radius: 2px; background: light-dark(#1d1c1d21, #d1d2d321); color: var(--slack-soft);
}
.message .context { color: var(--slack-soft); font-size: 13px; }
`
