/** A command that a document speaks of in connection with checks. */
export interface Mention {
  command: string;
  /** 1-based. */
  line: number;
}

const SPEAKS_OF_CHECKS =
  /\b(tests?|testing|tested|lint(s|er|ers|ing)?|checks?|checked|checking|gates?|quality|verif(y|ies|ied|ication)|validat\w+|ci|builds?|building|compil\w+|format(s|ter|ting|ted)?|types?|typing|type-?check\w*|pass(es)?|green|before (every |each |you )?(commit|push|merg)\w*)\b/i;

/** Headings under which projects list what can be run. */
const LISTS_COMMANDS = /\bcommands?\b|\bscripts?\b/i;

const WARNS = /\b(never|do not|don['’]t|avoid|instead of|rather than|except|deprecated)\b/i;

/** What a comment or heading says of a command that is no gate though it runs the tests. */
const OF_NO_USE =
  /\b(watch|single|specific|one (test|file)|only|fix(es)?|install|update|dev(elopment)? server)\b/i;

const SHELLS = new Set([
  '',
  'sh',
  'bash',
  'zsh',
  'shell',
  'console',
  'terminal',
  'shellsession',
  'shell-session',
]);

interface Place {
  headings: { depth: number; text: string }[];
  /** The text before a fence introduces it. */
  intro: string;
}

/** The commands in code spans and shell fences that stand where checks are spoken of. */
export function findMentions(markdown: string): Mention[] {
  const lines = markdown.split('\n').map((line) => line.replace(/\r$/, ''));
  const place: Place = { headings: [], intro: '' };
  const mentions: Mention[] = [];
  for (let index = 0; index < lines.length; ) {
    const line = lines[index] ?? '';
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const fence = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (heading !== null) {
      enterHeading(place, (heading[1] ?? '').length, heading[2] ?? '');
      index += 1;
    } else if (fence !== null) {
      const end = closingLine(lines, index, fence[1] ?? '```');
      if (SHELLS.has((fence[2] ?? '').toLowerCase()))
        mentions.push(...inFence(lines.slice(index + 1, end), index + 2, place));
      index = end + 1;
    } else {
      const end = line.trim() === '' ? index + 1 : blockEnd(lines, index);
      mentions.push(...inText(lines.slice(index, end), index + 1, place));
      if (line.trim() !== '') place.intro = lines.slice(index, end).join(' ');
      index = end;
    }
  }
  return mentions;
}

function enterHeading(place: Place, depth: number, text: string): void {
  place.headings = [...place.headings.filter((heading) => heading.depth < depth), { depth, text }];
  place.intro = '';
}

/** The nearest heading decides; one that is silent inherits, one about installing or shipping does not. */
function headingSpeaks({ headings }: Place): boolean {
  const nearest = headings.at(-1)?.text ?? '';
  if (OF_NO_USE.test(nearest)) return false;
  if (SPEAKS_OF_CHECKS.test(nearest) || LISTS_COMMANDS.test(nearest)) return true;
  if (/\b(install\w*|set-?\s?up|deploy\w*|releas\w+|publish\w*)\b/i.test(nearest)) return false;
  return headings.some(({ text }) => SPEAKS_OF_CHECKS.test(text) || LISTS_COMMANDS.test(text));
}

function closingLine(lines: readonly string[], start: number, fence: string): number {
  const closes = new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`);
  const end = lines.findIndex((line, index) => index > start && closes.test(line));
  return end < 0 ? lines.length : end;
}

/** A paragraph, a list item or a table row: what a sentence cannot leave. */
function blockEnd(lines: readonly string[], start: number): number {
  const ends = /^\s*$|^\s*([-*+]|\d+[.)])\s|^\s*\||^#{1,6}\s|^\s*(`{3,}|~{3,})/;
  const end = lines.findIndex((line, index) => index > start && ends.test(line));
  return end < 0 ? lines.length : end;
}

function inFence(lines: readonly string[], firstLine: number, place: Place): Mention[] {
  const spoken = headingSpeaks(place) || SPEAKS_OF_CHECKS.test(lastSentence(place.intro));
  if (WARNS.test(lastSentence(place.intro))) return [];
  const hasPrompts = lines.some((line) => /^\s*\$ /.test(line));
  const mentions: Mention[] = [];
  let comment = '';
  for (const [index, line] of joinContinued(lines).entries()) {
    const text = line.trim();
    if (text === '') comment = '';
    if (text.startsWith('#')) comment = text;
    if (text === '' || text.startsWith('#') || (hasPrompts && !text.startsWith('$ '))) continue;
    const [, command = '', trailing = ''] = /^(?:\$ )?(.*?)(?:\s+#\s*(.*))?$/.exec(text) ?? [];
    const said = `${comment} ${trailing}`;
    if ((spoken || SPEAKS_OF_CHECKS.test(said)) && !WARNS.test(said) && !OF_NO_USE.test(said))
      mentions.push({ command, line: firstLine + index });
  }
  return mentions;
}

/** Lines that end in a backslash take the next one in; the emptied ones keep their places. */
function joinContinued(lines: readonly string[]): string[] {
  const joined = [...lines];
  for (let index = joined.length - 2; index >= 0; index--) {
    const line = joined[index] ?? '';
    if (!line.endsWith('\\')) continue;
    joined[index] = `${line.slice(0, -1).trimEnd()} ${(joined[index + 1] ?? '').trim()}`;
    joined[index + 1] = '';
  }
  return joined;
}

/** Code spans: the heading or the sentence around must speak of checks, in words outside the span. */
function inText(lines: readonly string[], firstLine: number, place: Place): Mention[] {
  const text = lines.join('\n');
  // Sentences are told apart with the spans blanked out: `./gradlew test` ends none.
  const masked = text.replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, (span) =>
    '`'.repeat(span.length),
  );
  const spans = [...text.matchAll(/(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g)];
  return spans.flatMap((span) => {
    const sentence = sentenceAt(masked, span.index);
    const command = (span[2] ?? '').trim();
    const spoken = headingSpeaks(place) || SPEAKS_OF_CHECKS.test(sentence);
    if (!spoken || WARNS.test(sentence) || OF_NO_USE.test(sentence)) return [];
    // One word is more often the name of a tool than a command.
    if (!command.includes(' ') && !/\b(runs?|running|execute|via)\b/i.test(sentence)) return [];
    return [{ command, line: firstLine + text.slice(0, span.index).split('\n').length - 1 }];
  });
}

function sentenceAt(text: string, index: number): string {
  const before = text.slice(0, index).search(/[.!?;]\s+(?=[^.!?;]*$)(?![\s\S]*[.!?;]\s)/);
  const after = text.slice(index).search(/[.!?;](\s|$)/);
  return text.slice(before < 0 ? 0 : before + 1, after < 0 ? undefined : index + after);
}

function lastSentence(text: string): string {
  return (
    text
      .split(/[.!?;]\s+/)
      .filter((part) => part.trim() !== '')
      .at(-1) ?? ''
  );
}
