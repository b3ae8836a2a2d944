/** The comparison for people. File names and contents are a model's words: shown as they are, and never as markup. */
import { cutTo, fenced, inlineCode } from '../foreign-text.ts';
import { pathText } from '../git/paths.ts';
import { type ComparedFile, type ComparedVersion, type SharedHunk, versionOf } from './compare.ts';
import { type RawLine, sortHunks } from './hunks.ts';
import { modelsIn, type Pick, pathOfPick } from './picks.ts';
import { type Question, questionsByPath, questionsIn } from './questions.ts';

/** Hunks are cut, the more the more there are: the whole is in the diffs, and in the folder of each model. */
const MOST_LINES = 40;
const MOST_LINES_TOGETHER = 80;
const MOST_CHARACTERS = 160;
/** Where not even a line of each hunk has room: of each version of a file so much, all of them together. */
const LEAST_CHARACTERS = 24;
const MOST_CHARACTERS_TOGETHER = 4000;

/**
 * @param picks what is suggested, for the column that says from whom
 * @param models the columns, in order; by default whoever changed something, by name
 */
export function comparisonMarkdown(
  files: readonly ComparedFile[],
  picks: readonly Pick[] = [],
  models: readonly string[] = modelsIn(files),
): string {
  const questions = questionsIn(files);
  const byPath = questionsByPath(questions);
  const apart = files.filter(({ path }) => byPath.has(path));
  const hunks = apart.reduce((sum, file) => sum + file.disputes.flat().length, 0);
  const room = Math.min(MOST_LINES, Math.floor(MOST_LINES_TOGETHER / (hunks || 1)));
  const versions = apart.reduce((sum, { groups }) => sum + groups.length, 0);
  const excerpt = Math.max(LEAST_CHARACTERS, Math.floor(MOST_CHARACTERS_TOGETHER / versions));
  const textOf = (file: ComparedFile) => {
    const asked = byPath.get(file.path) ?? [];
    return room > 0 ? decisionText(file, asked, room) : versionsText(file, asked, excerpt);
  };
  return [
    '## Files',
    `${count(files.length, 'file')} changed. Versions lie under files/MODEL/, by their paths.`,
    ...(files.length === 0 ? [] : [fileTable(files, picks, models)]),
    ...(apart.length === 0 ? [] : ['## Where versions exclude each other']),
    ...apart.map(textOf),
  ]
    .join('\n\n')
    .concat('\n');
}

function fileTable(
  files: readonly ComparedFile[],
  picks: readonly Pick[],
  models: readonly string[],
): string {
  const sources = new Map(picks.map((pick) => [pathOfPick(pick), sourceOf(pick)]));
  const rowOf = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = files.map((file) =>
    rowOf([
      inlineCode(pathText(file.path)),
      ...(picks.length === 0 ? [] : [sources.get(file.path) ?? '']),
      file.agreement,
      ...models.map((model) => versionText(versionOf(file, model))),
    ]),
  );
  const suggested = picks.length === 0 ? [] : ['suggested'];
  const head = ['file', ...suggested, 'agreement', ...models.map(inlineCode)];
  return [rowOf(head), rowOf(head.map(() => '---')), ...rows].join('\n');
}

function sourceOf({ from, hunks }: Pick): string {
  const models = hunks === undefined ? [from ?? ''] : hunks.map((it) => it.from);
  return models.map(inlineCode).join(' + ');
}

function versionText(version: ComparedVersion | undefined): string {
  if (version === undefined) return '';
  const { status, old_path, additions, deletions, binary } = version;
  const lines = binary ? 'binary' : `+${additions} −${deletions}`;
  const origin = old_path === null ? '' : ` from ${inlineCode(pathText(old_path))}`;
  return `${status} ${lines}${origin}`;
}

function decisionText(file: ComparedFile, questions: readonly Question[], lines: number): string {
  const title = `### ${inlineCode(pathText(file.path))}: ${file.agreement}`;
  return [title, ...questions.map((question) => questionText(question, lines))].join('\n\n');
}

/** What each version has in the disputed places, on a line. */
function versionsText(
  file: ComparedFile,
  questions: readonly Question[],
  characters: number,
): string {
  const disputed = file.disputes.flat();
  const lines = file.groups.map((models) => {
    const own = disputed.filter((hunk) => hunk.models.some((model) => models.includes(model)));
    const text = own.flatMap((hunk) => hunk.lines.map((line) => pathText(line.trim()))).join(' ');
    const shown = text.length > characters ? `${text.slice(0, characters)}…` : text;
    return `- ${models.map(inlineCode).join(', ')}: ${shown === '' ? 'nothing' : inlineCode(shown)}`;
  });
  const ids = questions.map(({ id }) => inlineCode(id)).join(' ');
  return [`### ${inlineCode(pathText(file.path))}: ${ids}`, lines.join('\n')].join('\n\n');
}

function questionText({ id, kind, options }: Question, lines: number): string {
  if (kind === 'hunks') {
    const hunks = sortHunks(new Set(options.flatMap((option) => option.hunks)));
    const shown = hunks.map((hunk) => hunkText(hunk, lines));
    return [`Decision ${inlineCode(id)}:`, ...shown].join('\n\n');
  }
  const answers = options.map(({ models, name, version }) => {
    const meaning =
      name !== null
        ? `: ${inlineCode(pathText(name))}`
        : version === null
          ? ': deleted'
          : `: mode ${version.mode}`;
    return `- ${models.map(inlineCode).join(', ')}${meaning}`;
  });
  const about = kind === 'names' ? 'which new name' : 'which version';
  return `Decision ${inlineCode(id)}, ${about}:\n\n${answers.join('\n')}`;
}

function hunkText(hunk: SharedHunk, room: number): string {
  const { id, models, old_start, old_lines, lines } = hunk;
  const last = old_start + old_lines - 1;
  const place =
    old_lines === 0
      ? `new after line ${old_start} of base`
      : `for ${last === old_start ? `line ${last}` : `lines ${old_start} to ${last}`} of base`;
  const title = `${inlineCode(id)} by ${models.map(inlineCode).join(', ')}, ${place}:`;
  return lines.length === 0 ? `${title} nothing` : `${title}\n\n${codeBlock(lines, room)}`;
}

function codeBlock(lines: readonly RawLine[], room: number): string {
  const shown = lines
    .slice(0, room)
    .map((line) => cutTo(pathText(line.replace(/\r?\n$/, '')), MOST_CHARACTERS));
  const rest = lines.length - shown.length;
  const block = fenced(shown.join('\n'));
  return rest > 0 ? `${block}\n\n... and ${count(rest, 'line')} more.` : block;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
