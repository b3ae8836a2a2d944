import { Html } from './html.ts';

/** System fonts and two quiet schemes; every pair of colours has a contrast of 4.5 or more. */
export const style = new Html(`
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2128; --muted: #57606a; --line: #d5dbe1; --soft: #f5f7f9; --link: #0550ae;
  --good: #116329; --good-soft: #e3f6e8; --bad: #a40e26; --bad-soft: #ffecea; --warn: #7a4b00; --warn-soft: #fff5d1;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #11151a; --text: #e4e8ed; --muted: #9da7b3; --line: #303843; --soft: #1a2027; --link: #7cb9ff;
    --good: #7fdc9f; --good-soft: #13301f; --bad: #ff9e98; --bad-soft: #3b1a1c; --warn: #f0c869; --warn-soft: #33290f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0 0 .5rem; font-size: 1.75rem; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 3.5rem 0 1rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.3rem; line-height: 1.3; }
h3 { margin: 2rem 0 .75rem; font-size: 1.05rem; }
p, ul, dl { margin: 0 0 1rem; max-width: 46rem; }
ul { padding-left: 1.25rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.muted, small { color: var(--muted); }
small { font-size: .85rem; }
code, pre { font-family: var(--mono); font-size: .875em; unicode-bidi: isolate; }
header p { max-width: none; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.25rem 0 0; padding: 0; max-width: none; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.5rem; max-width: none; }
dt { color: var(--muted); }
dd { margin: 0; }
.task { margin: 0; padding: 1rem 1.25rem; background: var(--soft); border-radius: 6px; font: inherit; white-space: pre-wrap; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; overflow-wrap: normal; }
th, td { padding: .55rem 1.25rem .55rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td { unicode-bidi: isolate; }
thead th { color: var(--muted); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td small, th small { display: block; font-weight: 400; max-width: 22rem; }
td.text, th.path { min-width: 12rem; overflow-wrap: anywhere; }
.names { margin: 0; padding: 0; list-style: none; }
.names li + li { margin-top: .2rem; }
.wide td, .wide td.text { min-width: 8.5rem; }
.wide td .word { white-space: normal; }
.wide th:first-child { position: sticky; left: 0; min-width: 7.75rem; max-width: 11rem; overflow-wrap: break-word; background: var(--page); }
.tag { padding: .05rem .4rem; border: 1px solid var(--line); border-radius: 4px; color: var(--muted); font-size: .8rem; font-weight: 400; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.word { font-weight: 600; }
td .word, summary .word { white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.note { padding: .75rem 1rem; border-left: 3px solid var(--warn); background: var(--warn-soft); border-radius: 0 6px 6px 0; }
details { margin: 0 0 .75rem; border: 1px solid var(--line); border-radius: 6px; }
summary { padding: .65rem 1rem; cursor: pointer; }
details[open] > summary { border-bottom: 1px solid var(--line); }
details > div { padding: 1rem 1rem .25rem; }
h4 { margin: 0 0 .5rem; font-size: .95rem; font-weight: 600; }
pre { margin: 0 0 1rem; padding: .75rem 0; background: var(--soft); border-radius: 6px; overflow-x: auto; line-height: 1.5; tab-size: 4; }
pre.text { padding: .75rem 1rem; white-space: pre-wrap; }
.diff { display: flex; }
.diff > code { flex: 1 0 auto; min-width: max-content; font-size: 1em; }
.diff span { display: block; padding: 0 1rem; min-height: 1.5em; unicode-bidi: isolate; overflow-wrap: normal; }
.diff .add { background: var(--good-soft); color: var(--good); }
.diff .del { background: var(--bad-soft); color: var(--bad); }
.diff .at { color: var(--muted); }
main > .note { margin-top: 1.5rem; }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 4rem; }
  h1 { font-size: 1.4rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
  details > div { padding: .75rem .75rem 0; }
  .wide th:first-child { max-width: 8.25rem; padding-right: .75rem; }
}
@media print {
  :root { color-scheme: light; --text: #000; --soft: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  h2, h3, h4, summary { break-after: avoid; }
  tr, .note { break-inside: avoid; }
  .wide th:first-child { position: static; }
  .scroll { overflow: visible; }
  pre, .diff > code, .diff span { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; }
  .diff > code { flex-shrink: 1; }
}
`);
