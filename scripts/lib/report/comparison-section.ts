/** Where the candidates differ: first what somebody has to decide, then the rest. */
import { versionDiff } from './diff.ts';
import { details, note, section, type Tone, table, word } from './elements.ts';
import { type Html, html, type Insertion, join } from './html.ts';
import type {
  Agreement,
  PatchExcerpt,
  ReportComparison,
  ReportData,
  ReportFile,
  ReportVersion,
} from './report-data.ts';
import { count } from './wording.ts';

/** The rest is in comparison.md, and its diffs where the models' diffs are. */
const MOST_FILES = 400;

const AGREEMENTS: Record<Agreement, [Tone | null, string, string]> = {
  conflict: ['warn', 'decide: conflict', 'they changed the same lines differently'],
  split: ['warn', 'decide: split', 'one cannot be merged with another line by line'],
  disjoint: [null, 'disjoint', 'they changed different places, which can be combined'],
  'format-only': [null, 'format only', 'they differ in white space alone'],
  identical: ['good', 'identical', 'all that changed it made the same of it'],
  single: [null, 'single', 'one model changed it'],
};

export function comparisonSection({ comparison }: ReportData): Html {
  const content = comparison === null ? notCompared() : comparisonContent(comparison);
  return section('comparison', 'Comparison', content);
}

function notCompared(): Html {
  return html`<p>Nothing has been compared in this pass yet. <code>mm.mjs compare</code> does it, once the models are captured.</p>`;
}

export function needsDecision({ agreement }: ReportFile): boolean {
  return agreement === 'conflict' || agreement === 'split';
}

function comparisonContent({ files, models, decisions, outdated }: ReportComparison): Insertion {
  const open = files.filter(needsDecision);
  const settled = files.filter((file) => !needsDecision(file));
  const ordered = [...open, ...settled].slice(0, MOST_FILES);
  const left = files.length - ordered.length;
  return [
    outdated
      ? note('Something was captured after this comparison; run mm.mjs compare again.')
      : null,
    html`<p>${count(files.length, 'file')} changed by ${count(models.length, 'model')}. ${decisionsInWords(decisions)}</p>`,
    files.length === 0 ? null : fileTable(ordered, models),
    left === 0 ? null : note(`${count(left, 'more file')} in comparison.md.`),
    fileGroup('To be decided', ordered.filter(needsDecision)),
    fileGroup(
      'All other files',
      ordered.filter((file) => !needsDecision(file)),
    ),
  ];
}

function decisionsInWords(decisions: number): Insertion {
  return decisions === 0
    ? word('good', 'No decision is open.')
    : word('warn', `${count(decisions, 'file')} to decide on.`);
}

function fileTable(files: readonly ReportFile[], models: readonly string[]): Html {
  const rows = files.map((file) => {
    const [tone, text, meaning] = AGREEMENTS[file.agreement];
    const cells = models.map((model) => html`<td>${versionCell(file, model)}</td>`);
    return html`<tr><th scope="row" class="path"><code>${file.path}</code></th>
<td>${tone === null ? text : word(tone, text)}<small>${meaning}</small></td>${cells}</tr>\n`;
  });
  return table('Files and what each model made of them', ['File', 'Agreement', ...models], rows);
}

function versionCell({ versions }: ReportFile, model: string): Insertion {
  const version = versions.find(({ models }) => models.includes(model));
  if (version === undefined) return html`<span class="muted">unchanged</span>`;
  return html`${version.status}<small>${extent(version)}</small>`;
}

function extent({ binary, additions, deletions }: ReportVersion): string {
  return binary ? 'binary' : `+${additions} −${deletions}`;
}

function fileGroup(title: string, files: readonly ReportFile[]): Insertion {
  return files.length === 0 ? null : [html`<h3>${title}</h3>\n`, files.map(fileDetails)];
}

function fileDetails(file: ReportFile): Html {
  const [, text] = AGREEMENTS[file.agreement];
  const who = file.versions.map(({ models }) => models.join(' = ')).join(', ');
  return details(
    html`<code><strong>${file.path}</strong></code> <span class="muted">${text}: ${who}</span>`,
    file.versions.map(versionContent),
    { open: needsDecision(file) },
  );
}

function versionContent(version: ReportVersion): Html {
  const { models, status, old_path, new_path, patch } = version;
  const from = old_path === null ? null : html`, from <code>${old_path}</code>`;
  const to = new_path === null ? null : html`, moved to <code>${new_path}</code>`;
  const same = models.length > 1 ? ' (the same)' : '';
  return html`<h4>${join(models, ', ')}${same}: ${status}, ${extent(version)}${from}${to}${facts(patch)}</h4>
${versionDiff(version)}`;
}

function facts(patch: PatchExcerpt | null): Insertion {
  return (patch?.facts ?? []).map((fact) => html`, ${fact}`);
}
