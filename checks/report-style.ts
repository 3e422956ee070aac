import { html } from './html.ts'

export const REPORT_STYLE = html`
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f6f4, #131416);
  --card: light-dark(#ffffff, #1b1d20);
  --line: light-dark(#e4e4df, #2e3136);
  --ink: light-dark(#1d1f23, #e9eaec);
  --soft: light-dark(#63666d, #9da1a9);
  --good: light-dark(#1a7f4b, #56c28a);
  --flaky: light-dark(#94690a, #e0b04a);
  --bad: light-dark(#c0322b, #ff8a80);
  --idle: light-dark(#878b93, #7d828b);
  --link: light-dark(#1f5fbf, #84b4ff);
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
}
main { max-width: 800px; margin: 0 auto; padding: 56px 24px 72px; }
a { color: var(--link); text-underline-offset: 3px; text-decoration-thickness: 1px; }
ul, ol { list-style: none; padding: 0; }
h1 { font-size: 32px; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; display: flex; gap: 14px; align-items: center; }
h2 { font-size: 17px; font-weight: 650; }
h3 { font-size: 15px; font-weight: 550; display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; }
small, .over, .lead, .url, .ms, .legend, dt, footer { color: var(--soft); }
.good { --tone: var(--good); } .flaky { --tone: var(--flaky); } .bad { --tone: var(--bad); } .idle { --tone: var(--idle); }
.over { font-size: 14px; margin-bottom: 14px; }
.lead { font-size: 17px; margin-top: 8px; }
header .mark {
  flex: none; width: 40px; height: 40px; border-radius: 50%; background: var(--tone); color: var(--page);
  display: grid; place-items: center; font-size: 21px; font-weight: 700;
}
.balance { display: flex; gap: 3px; height: 6px; margin: 26px 0 10px; }
.balance i { background: var(--tone); border-radius: 3px; min-width: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 14px; }
.legend b { color: var(--tone); }
.facts {
  display: grid; grid-template-columns: repeat(3, 1fr); gap: 18px 24px;
  margin: 30px 0 36px; padding: 22px 0; border-block: 1px solid var(--line);
}
dt { font-size: 13px; } dd { font-size: 15px; } dd small { font-size: 13px; display: inline-block; }
.app, .broken { background: var(--card); border: 1px solid var(--line); border-radius: 12px; margin-bottom: 20px; }
.broken { padding: 18px 22px; border-color: var(--bad); margin-top: 30px; }
.broken p { margin-top: 6px; white-space: pre-wrap; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 16px; padding: 18px 22px 14px; }
.head span { font-size: 14px; color: var(--soft); }
.url { width: 100%; font-size: 14px; }
.app > ul > li { display: flex; gap: 14px; padding: 14px 22px; border-top: 1px solid var(--line); }
.app > ul > li > div { flex: 1; min-width: 0; }
li > .mark { flex: none; width: 18px; color: var(--tone); font-weight: 700; text-align: center; line-height: 22px; }
em {
  font-style: normal; font-size: 12px; font-weight: 600; color: var(--tone); padding: 0 7px; border-radius: 9px;
  border: 1px solid color-mix(in srgb, var(--tone) 45%, transparent);
}
em.news { --tone: var(--soft); }
.ms { font-size: 13px; font-weight: 400; font-variant-numeric: tabular-nums; margin-left: auto; white-space: nowrap; }
li p { font-size: 14px; color: var(--soft); white-space: pre-wrap; }
li.bad > div > p, ol > li.bad > p { color: var(--ink); }
ol { margin-top: 8px; border-left: 2px solid var(--line); padding-left: 14px; }
ol > li { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 3px 0; font-size: 14px; }
ol > li > p { flex: 1; min-width: 0; }
.try { flex: none; width: 152px; color: var(--soft); font-size: 13px; line-height: 21px; } .try b { color: var(--tone); font-weight: 600; }
ul > li > div > .kind { color: var(--soft); font-size: 13px; }
details { margin: 4px 0 6px; font-size: 13px; flex-basis: 100%; min-width: 0; }
summary { color: var(--link); cursor: pointer; width: fit-content; max-width: 100%; }
.exchange { margin-top: 8px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); }
.exchange p { font-size: 13px; color: var(--ink); flex: none; } .exchange p + p, .exchange pre + p { margin-top: 8px; }
.exchange .came { border-top: 1px solid var(--line); padding-top: 8px; }
.exchange .problem b { color: var(--bad); }
pre { font: 12px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin-top: 4px; }
pre.headers { color: var(--soft); }
.changes { margin-top: 6px; }
footer { margin-top: 40px; font-size: 14px; } footer h2 { font-size: 14px; color: var(--ink); } footer p { margin-top: 8px; max-width: 68ch; }
.ids { font-size: 12px; font-family: ui-monospace, SFMono-Regular, Menlo, monospace; max-width: none; }
@media (max-width: 560px) {
  main { padding: 28px 16px 48px; }
  h1 { font-size: 25px; } header .mark { width: 34px; height: 34px; font-size: 18px; }
  .facts { grid-template-columns: 1fr 1fr; gap: 14px 16px; margin: 24px 0 26px; padding: 18px 0; }
  .head, .app > ul > li { padding-inline: 16px; } .app > ul > li { gap: 10px; }
  ol { padding-left: 10px; margin-left: -28px; } pre { font-size: 11px; } ol > li > p { flex-basis: 100%; order: 3; } ol > li > details { order: 4; } .try { width: auto; }
}
@media print {
  :root { color-scheme: light; --page: #fff; }
  body { font-size: 12px; } main { max-width: none; padding: 0; }
  header, .facts, .exchange, li p { break-inside: avoid; } .head, h3, .kind, summary, footer h2 { break-after: avoid; }
  summary { list-style: none; color: var(--soft); } ::details-content { content-visibility: visible; height: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
