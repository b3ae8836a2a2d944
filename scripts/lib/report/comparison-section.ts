/** Where the candidates differ: every file with all its versions, those first that exclude each other. */
import { ownCommand } from '../own-command.ts';
import { versionDiff } from './diff.ts';
import { details, note, section, table, testTag } from './elements.ts';
import { type Html, html, type Insertion, join } from './html.ts';
import type {
  Agreement,
  PatchExcerpt,
  ReportComparison,
  ReportData,
  ReportFile,
  ReportSession,
  ReportVersion,
} from './report-data.ts';
import { count } from './wording.ts';

/** The rest is in comparison.md, and its diffs where the models' diffs are. */
const MOST_FILES = 400;

const AGREEMENTS: Record<Agreement, [string, string]> = {
  conflict: ['conflict', 'they changed the same lines differently'],
  split: ['split', 'one cannot be merged with another line by line'],
  disjoint: ['disjoint', 'they changed different places'],
  'format-only': ['format only', "(white space, or what the project's formatter makes equal)"],
  identical: ['identical', 'all that changed it made the same of it'],
  single: ['single', 'one model changed it'],
};

export function comparisonSection({ comparison, session }: ReportData): Html {
  const content = comparison === null ? notCompared(session) : comparisonContent(comparison);
  return section('comparison', 'Comparison', content);
}

function notCompared({ named }: ReportSession): Html {
  return html`<p>Nothing has been compared in this pass yet. <code>${ownCommand('compare', ...named)}</code> does it, once the models are captured.</p>`;
}

function comparisonContent({ files, models, outdated }: ReportComparison): Insertion {
  const isApart = ({ agreement }: ReportFile) => agreement === 'conflict' || agreement === 'split';
  const together = files.filter((file) => !isApart(file));
  const ordered = [...files.filter(isApart), ...together].slice(0, MOST_FILES);
  const left = files.length - ordered.length;
  return [
    outdated ? note('Something was captured after this comparison; run compare again.') : null,
    html`<p>${count(files.length, 'file')} changed by ${count(models.length, 'model')}.</p>`,
    files.length === 0 ? null : fileTable(ordered, models),
    left === 0 ? null : note(`${count(left, 'more file')} in comparison.md.`),
    files.length === 0 ? null : [html`<h3>File by file</h3>\n`, ordered.map(fileDetails)],
  ];
}

function fileTable(files: readonly ReportFile[], models: readonly string[]): Html {
  const rows = files.map((file) => {
    const [text, meaning] = AGREEMENTS[file.agreement];
    const cells = models.map((model) => html`<td>${versionCell(file, model)}</td>`);
    return html`<tr><th scope="row" class="path"><code>${file.path}</code>${marks(file)}</th>
<td>${text} <small>${meaning}</small></td>${cells}</tr>\n`;
  });
  return table('Files and what each model made of them', ['File', 'Agreement', ...models], rows);
}

/** What a file is beside its name. */
function marks({ is_test, origin, moved_to }: ReportFile): Insertion {
  return [
    is_test ? testTag() : null,
    origin === null
      ? null
      : html` <small>renamed from <code>${origin}</code>; edits under the old name are compared here</small>`,
    moved_to === null ? null : html` <small>compared as <code>${moved_to}</code></small>`,
  ];
}

function versionCell({ versions }: ReportFile, model: string): Insertion {
  const version = versions.find(({ models }) => models.includes(model));
  if (version === undefined) return html`<span class="muted">unchanged</span>`;
  return html`${version.status}<small>${extent(version)}</small>`;
}

function extent({ binary, additions, deletions }: ReportVersion): string {
  return binary ? 'binary' : `+${additions} −${deletions}`;
}

function fileDetails(file: ReportFile): Html {
  const [text] = AGREEMENTS[file.agreement];
  const who = file.versions.map(({ models }) => models.join(' = ')).join(', ');
  return details(
    html`<code><strong>${file.path}</strong></code>${file.is_test ? testTag() : null} <span class="muted">${text}: ${who}</span>`,
    file.versions.map(versionContent),
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
