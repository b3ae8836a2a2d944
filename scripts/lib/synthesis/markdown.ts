/** The comparison for people. File names and contents are a model's words: shown as they are, and never as markup. */
import { pathText } from '../git/paths.ts';
import { type ComparedFile, type ComparedVersion, type SharedHunk, versionOf } from './compare.ts';
import { type RawLine, sortHunks } from './hunks.ts';
import { modelsIn } from './picks.ts';
import { type Question, questionsByPath, questionsIn } from './questions.ts';

/** Longer hunks are cut: the whole is in the diffs. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 400;

/** @param models the columns, in order; by default whoever changed something, by name */
export function comparisonMarkdown(
  files: readonly ComparedFile[],
  models: readonly string[] = modelsIn(files),
): string {
  const questions = questionsIn(files);
  const byPath = questionsByPath(questions);
  const asked = files.filter(({ path }) => byPath.has(path));
  return [
    '# Comparison',
    `${count(files.length, 'file')} changed, ${count(questions.length, 'decision')} open.`,
    ...(files.length === 0 ? [] : [fileTable(files, models)]),
    ...(asked.length === 0 ? [] : ['## Open decisions']),
    ...asked.map((file) => decisionText(file, byPath.get(file.path) ?? [])),
  ]
    .join('\n\n')
    .concat('\n');
}

function fileTable(files: readonly ComparedFile[], models: readonly string[]): string {
  const rows = files.map((file) => [
    inlineCode(pathText(file.path)),
    file.agreement,
    ...models.map((model) => versionText(versionOf(file, model))),
  ]);
  const head = ['file', 'agreement', ...models.map(inlineCode)];
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function versionText(version: ComparedVersion | undefined): string {
  if (version === undefined) return '';
  const { status, old_path, additions, deletions, binary } = version;
  const lines = binary ? 'binary' : `+${additions} −${deletions}`;
  const origin = old_path === null ? '' : ` from ${inlineCode(pathText(old_path))}`;
  return `${status} ${lines}${origin}`;
}

function decisionText(file: ComparedFile, questions: readonly Question[]): string {
  const versions = file.groups.map((models) => {
    const version = versionOf(file, models[0] ?? '');
    const mode = version?.mode == null ? '' : `, mode ${version.mode}`;
    return `- ${models.map(inlineCode).join(', ')}: ${versionText(version)}${mode}`;
  });
  const title = `### ${inlineCode(pathText(file.path))}: ${file.agreement}`;
  return [title, versions.join('\n'), ...questions.map(questionText)].join('\n\n');
}

function questionText({ id, kind, options }: Question): string {
  if (kind === 'hunks') {
    const hunks = sortHunks(new Set(options.flatMap((option) => option.hunks)));
    return [`Decision ${inlineCode(id)}:`, ...hunks.map(hunkText)].join('\n\n');
  }
  const answers = options.map(({ models, name }) => {
    const meaning = name === null ? '' : `: ${inlineCode(pathText(name))}`;
    return `- ${models.map(inlineCode).join(', ')}${meaning}`;
  });
  const about = kind === 'names' ? 'which new name' : 'which version';
  return `Decision ${inlineCode(id)}, ${about}:\n\n${answers.join('\n')}`;
}

function hunkText(hunk: SharedHunk): string {
  const { id, models, old_start, old_lines, lines } = hunk;
  const last = old_start + old_lines - 1;
  const place =
    old_lines === 0
      ? `new after line ${old_start} of base`
      : `for ${last === old_start ? `line ${last}` : `lines ${old_start} to ${last}`} of base`;
  const title = `${inlineCode(id)} by ${models.map(inlineCode).join(', ')}, ${place}:`;
  return lines.length === 0 ? `${title} nothing` : `${title}\n\n${codeBlock(lines)}`;
}

function codeBlock(lines: readonly RawLine[]): string {
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const text = visible(pathText(line.replace(/\r?\n$/, '')));
    return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  });
  const rest = lines.length - shown.length;
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  const block = [`${fence}text`, ...shown, fence].join('\n');
  return rest > 0 ? `${block}\n\n... and ${count(rest, 'line')} more.` : block;
}

/** Text in a code span, in which markdown has no say, that keeps its line and its table cell. */
export function inlineCode(text: string): string {
  const shown = visible(text)
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    // Two backslashes and a pipe would end the cell after all.
    .replace(/\\(?=\|)/g, '\\u{5c}')
    .replaceAll('|', '\\|');
  const fence = '`'.repeat(longestRun(shown) + 1);
  // Spaces at both ends are markdown's own, and keep a backtick at the border from joining the fence.
  return /^[` ]|[` ]$/.test(shown) ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

/** Control characters, and those that turn or hide text, by their numbers; newline and tab stay. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
