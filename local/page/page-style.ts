import { html } from '../../checks/html.ts'

/** Of the page around what GitHub, Slack and S3 show. */
export const PAGE_STYLE = html`
main { max-width: 1280px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 600; margin: 0; } h1 span { color: var(--soft); font-weight: 300; }
h2 { font-size: 20px; font-weight: 600; margin: 0 0 12px; }
h3 { font-size: 12px; font-weight: 600; color: var(--soft); margin: 0 0 8px; }
.about { color: var(--soft); margin: 8px 0 0; max-width: 80ch; }
.state { display: inline-block; margin-right: 8px; padding: 3px 12px; border-radius: 2em; color: #fff; background: #cf222e; font-weight: 500; }
.state.open { background: #1f883d; }
.chapter { margin-top: 48px; padding-top: 24px; border-top: 1px solid var(--line); }
.events { list-style: none; margin: 0 0 20px; padding: 0; } .events li { margin-top: 2px; } .events b { font-weight: 600; }
.events summary { cursor: pointer; } .events pre { margin: 4px 0 8px; padding: 8px 12px; background: var(--raised); border-radius: 6px; white-space: pre-wrap; }
.seen { display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); gap: 32px; align-items: start; }
.channel { border: 1px solid var(--line); border-radius: 6px; background: var(--slack-back); padding: 8px 0; }
.report { margin-top: 24px; } .report > summary { cursor: pointer; color: var(--link); width: fit-content; }
iframe { width: 100%; height: min(900px, 85vh); border: 1px solid var(--line); border-radius: 6px; margin-top: 8px; }
.claims { list-style: none; margin: 24px 0 0; padding: 0; } .claims li { padding-left: 22px; text-indent: -22px; }
.claims li::before { content: '✓'; display: inline-block; width: 22px; text-indent: 0; font-weight: 700; color: var(--good); }
.claims .untrue::before { content: '✗'; color: var(--bad); } .claims .untrue { color: var(--bad); }
@media (max-width: 900px) { .seen { grid-template-columns: minmax(0, 1fr); gap: 24px; } }
@media (max-width: 560px) {
  main { padding: 24px 16px 48px; } h1 { font-size: 22px; }
  .comment { grid-template-columns: minmax(0, 1fr); } .comment > .avatar { display: none; }
  .message { padding: 8px 14px; }
}
`
