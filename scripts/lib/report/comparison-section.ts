/** Where the candidates differ: first what somebody has to decide, then the rest. */

import { ownCommand } from '../own-command.ts';
import { decisionAddress, decisionList, howToDecide } from './decision-list.ts';
import { versionDiff } from './diff.ts';
import { details, note, section, type Tone, table, testTag, word } from './elements.ts';
import { type Html, html, type Insertion, join } from './html.ts';
import type {
  Agreement,
  PatchExcerpt,
  ReportComparison,
  ReportData,
  ReportFile,
  ReportQuestion,
  ReportSession,
  ReportVersion,
} from './report-data.ts';
import { count } from './wording.ts';

/** The rest is in comparison.md, and its diffs where the models' diffs are. */
const MOST_FILES = 400;
/** So many decisions of a file are linked to from its row. */
const MOST_LINKS = 6;

const AGREEMENTS: Record<Agreement, [Tone | null, string, string]> = {
  conflict: ['warn', 'decide: conflict', 'they changed the same lines differently'],
  split: ['warn', 'decide: split', 'one cannot be merged with another line by line'],
  disjoint: [null, 'disjoint', 'they changed different places, which can be combined'],
  'format-only': [
    null,
    'format only',
    "(white space, or what the project's formatter makes equal)",
  ],
  identical: ['good', 'identical', 'all that changed it made the same of it'],
  single: [null, 'single', 'one model changed it'],
};

export function comparisonSection({ comparison, session }: ReportData): Html {
  const content =
    comparison === null ? notCompared(session) : comparisonContent(comparison, session);
  return section('comparison', 'Comparison', content);
}

function notCompared({ named }: ReportSession): Html {
  return html`<p>Nothing has been compared in this pass yet. <code>${ownCommand('compare', ...named)}</code> does it, once the models are captured.</p>`;
}

function needsDecision({ agreement }: ReportFile): boolean {
  return agreement === 'conflict' || agreement === 'split';
}

function comparisonContent(comparison: ReportComparison, session: ReportSession): Insertion {
  const { files, models, questions, outdated } = comparison;
  const links = linksByPath(questions ?? []);
  const isOpen = (file: ReportFile) => needsDecision(file) || links.has(file.path);
  const settled = files.filter((file) => !isOpen(file));
  const ordered = [...files.filter(isOpen), ...settled].slice(0, MOST_FILES);
  const left = files.length - ordered.length;
  return [
    outdated ? note('Something was captured after this comparison; run compare again.') : null,
    html`<p>${count(files.length, 'file')} changed by ${count(models.length, 'model')}. ${decisionsInWords(comparison)}</p>`,
    files.length === 0 ? null : fileTable(ordered, models, links),
    left === 0 ? null : note(`${count(left, 'more file')} in comparison.md.`),
    questions === null
      ? filesByNeed(ordered)
      : [
          decisions(comparison, questions, session),
          fileGroup('File by file', ordered, { open: false }),
        ],
  ];
}

/** A comparison from before there were questions: the files that need a decision are shown in their place. */
function filesByNeed(files: readonly ReportFile[]): Insertion {
  return [
    fileGroup('To be decided', files.filter(needsDecision), { open: true }),
    fileGroup(
      'All other files',
      files.filter((file) => !needsDecision(file)),
      { open: false },
    ),
  ];
}

function decisions(
  comparison: ReportComparison,
  questions: readonly ReportQuestion[],
  session: ReportSession,
): Insertion {
  if (questions.length === 0) return null;
  const left = comparison.decisions - questions.length;
  return [
    html`<h3>To be decided</h3>\n`,
    howToDecide(questions, session),
    decisionList(questions),
    left > 0 ? note(`and ${count(left, 'more decision')}, in comparison.md.`) : null,
  ];
}

function decisionsInWords({ decisions, questions }: ReportComparison): Insertion {
  if (decisions === 0) return word('good', 'No decision is open.');
  return questions === null
    ? word('warn', `${count(decisions, 'file')} to decide on.`)
    : word('warn', `${count(decisions, 'decision')} to make.`);
}

function fileTable(
  files: readonly ReportFile[],
  models: readonly string[],
  links: ReadonlyMap<string, Html[]>,
): Html {
  const rows = files.map((file) => {
    const [tone, text, meaning] = AGREEMENTS[file.agreement];
    const cells = models.map((model) => html`<td>${versionCell(file, model)}</td>`);
    const asked = linksInWords(links.get(file.path) ?? []);
    return html`<tr><th scope="row" class="path"><code>${file.path}</code>${marks(file)}</th>
<td>${tone === null ? text : word(tone, text)} <small>${meaning}</small>${asked}</td>${cells}</tr>\n`;
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

function linksByPath(questions: readonly ReportQuestion[]): Map<string, Html[]> {
  const links = new Map<string, Html[]>();
  for (const [index, { id, path }] of questions.entries()) {
    const link = html`<a href="#${decisionAddress(index)}"><code>${id}</code></a>`;
    const known = links.get(path);
    if (known === undefined) links.set(path, [link]);
    else known.push(link);
  }
  return links;
}

function linksInWords(links: readonly Html[]): Insertion {
  if (links.length === 0) return null;
  const more = links.length - MOST_LINKS;
  return html` <small>${join(links.slice(0, MOST_LINKS), ' ')}${more > 0 ? ` and ${more} more` : null}</small>`;
}

function versionCell({ versions }: ReportFile, model: string): Insertion {
  const version = versions.find(({ models }) => models.includes(model));
  if (version === undefined) return html`<span class="muted">unchanged</span>`;
  return html`${version.status}<small>${extent(version)}</small>`;
}

function extent({ binary, additions, deletions }: ReportVersion): string {
  return binary ? 'binary' : `+${additions} −${deletions}`;
}

function fileGroup(
  title: string,
  files: readonly ReportFile[],
  { open }: { open: boolean },
): Insertion {
  if (files.length === 0) return null;
  return [html`<h3>${title}</h3>\n`, files.map((file) => fileDetails(file, open))];
}

function fileDetails(file: ReportFile, open: boolean): Html {
  const [, text] = AGREEMENTS[file.agreement];
  const who = file.versions.map(({ models }) => models.join(' = ')).join(', ');
  return details(
    html`<code><strong>${file.path}</strong></code>${file.is_test ? testTag() : null} <span class="muted">${text}: ${who}</span>`,
    file.versions.map(versionContent),
    { open },
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
