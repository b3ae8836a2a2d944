import { UsageError } from '../errors.ts';
import { maskQuoted, removeRanges } from './trigger-text.ts';

export const DEFAULT_TIMEOUT_S = 1200;
export const MAX_PASSES = 5;

export type Mode = 'fast' | 'balanced' | 'deep';

export interface Triggers {
  /** The text without its triggers; '' when nothing else is left. */
  task: string;
  passes: number | null;
  timeout_s: number | 'none' | null;
  mode: Mode | null;
  /** Words that would be triggers at the ends of the first or last line: whether they were meant is the user's to say. */
  ambiguous: { trigger: string; line: number }[];
  warnings: string[];
}

const MODES: Record<Mode, { passes: number; timeoutFactor: number }> = {
  fast: { passes: 1, timeoutFactor: 0.5 },
  balanced: { passes: 1, timeoutFactor: 1 },
  deep: { passes: 2, timeoutFactor: 1.5 },
};

/** What a mode stands for where nothing more exact was said. */
export function modeDefaults(mode: Mode): { passes: number; timeoutFactor: number } {
  return MODES[mode];
}

interface Found {
  kind: 'word' | 'flag';
  /** As written. */
  text: string;
  /** `multipass`, `x`, `timeout`, `passes`, `mode`. */
  name: string;
  value: string;
  /** From 0. */
  line: number;
  start: number;
}

/** A trigger stands alone: `x2.jpg`, `2x4`, `foo_x3`, `x3x3` and `x2 = 5` are somebody's names. */
const WORD =
  /(?<=^|[\s([{,;])(?:(multipass)|(x)([1-9]\d*)|(timeout):([\w.-]*\w))(?!\s*=)(?=$|[\s,;)\]}]|[.:!?]+(?:\s|$))/gi;
const FLAG = /(?<=^|[\s([{])--(passes|timeout|mode)=([\w-]*)(?=[.,;:!?)\]}]*(?:\s|$))/gi;

/** Architectures, codecs, certificates and window systems: no number of passes. */
const NAMES = new Set(['x11', 'x32', 'x64', 'x86', 'x264', 'x265', 'x500', 'x509']);

/** No word: what may stand between a trigger and the end of its line, or the next trigger. */
const NO_WORD = /^[\s()[\]{}.,;:!?–—-]*$/;

/** Between two numbers or `multipass`: `x2 and x3` are a list in a sentence, and neither is a wish. */
const JOINED = /^,?\s*(?:and|or|to|vs\.?|versus|than|with|[&/+–—|→]|[-=]*>|-)\s*$/i;

/**
 * Reads how many passes, how much time and which mode a task's text asks for (CONTRACT.md, parse-triggers): the first
 * and the last words of its first and last line that hold text, flags anywhere. What is quoted, in backticks or fenced
 * is left alone.
 * @throws UsageError `bad-trigger` on a flag whose value makes no sense
 */
export function parseTriggers(text: string): Triggers {
  const lines = maskQuoted(text.split('\n'));
  const found = findTriggers(lines);
  const edges = new Set([lines.findIndex(hasText), lines.findLastIndex(hasText)]);
  const counted = new Set(
    [...edges].flatMap((edge) =>
      atTheEnds(
        lines[edge] ?? '',
        found.filter(({ line }) => line === edge),
      ),
    ),
  );

  const words = found.filter(({ kind }) => kind === 'word');
  const flags = found.filter(({ kind }) => kind === 'flag');
  const warnings: string[] = [];
  const atEnds = words.filter((word) => counted.has(word));
  const fromWords = settleWords(atEnds, warnings);
  const fromFlags = settleFlags(flags, warnings);
  return {
    task: removeRanges(text, [...flags, ...fromWords.used]),
    passes: fromFlags.passes ?? fromWords.passes,
    timeout_s: fromFlags.timeout_s ?? fromWords.timeout_s,
    mode: fromFlags.mode,
    ambiguous: words
      .filter((word) => !counted.has(word) && (word.name !== 'timeout' || isTimeout(word.value)))
      .map(({ text, line }) => ({ trigger: text, line: line + 1 })),
    warnings,
  };
}

function hasText(line: string): boolean {
  return line.trim() !== '';
}

/** What a line begins or ends with, other triggers aside: a word within a sentence belongs to the sentence. */
function atTheEnds(line: string, found: readonly Found[]): Found[] {
  const listed = inLists(line, found);
  const candidates = found.filter((it) => !listed.has(it));
  const rest = candidates.reduce(
    (rest, { start, text }) =>
      rest.slice(0, start) + ' '.repeat(text.length) + rest.slice(start + text.length),
    line,
  );
  return candidates.filter(
    ({ start }) => NO_WORD.test(rest.slice(0, start)) || NO_WORD.test(rest.slice(start)),
  );
}

function inLists(line: string, found: readonly Found[]): Set<Found> {
  const words = found.filter(({ name }) => name === 'x' || name === 'multipass');
  return new Set(
    words.flatMap((word, at) => {
      const next = words[at + 1];
      if (next === undefined) return [];
      const between = line.slice(word.start + word.text.length, next.start);
      // Nobody wishes for two numbers at once, whatever stands between them.
      const differ = word.name === next.name && word.value !== next.value;
      return JOINED.test(between) || (differ && NO_WORD.test(between)) ? [word, next] : [];
    }),
  );
}

function findTriggers(lines: readonly string[]): Found[] {
  return lines.flatMap((masked, line) => [
    ...[...masked.matchAll(WORD)]
      .filter(([text]) => !NAMES.has(text.toLowerCase()) && text.toLowerCase() !== 'x1')
      .map((match) => ({
        kind: 'word' as const,
        text: match[0],
        name: (match[1] ?? match[2] ?? match[4] ?? '').toLowerCase(),
        value: match[3] ?? match[5] ?? '',
        line,
        start: match.index,
      })),
    ...[...masked.matchAll(FLAG)].map((match) => ({
      kind: 'flag' as const,
      text: match[0],
      name: (match[1] ?? '').toLowerCase(),
      value: match[2] ?? '',
      line,
      start: match.index,
    })),
  ]);
}

type Settled = Pick<Triggers, 'passes' | 'timeout_s'>;

/** A number says more than `multipass`; of two numbers the later one counts. */
function settleWords(words: Found[], warnings: string[]): Settled & { used: Found[] } {
  const used = words.filter(({ name, text, value }) => {
    if (name !== 'timeout' || isTimeout(value)) return true;
    warnings.push(`"${text}" is not understood and was left in the task: write timeout:SECONDS.`);
    return false;
  });
  const numbers = used.filter(({ name }) => name === 'x').map(({ value }) => Number(value));
  if (new Set(numbers).size > 1) {
    warnings.push(
      `The task asks for ${numbers.map((n) => `x${n}`).join(' and ')}: the last one counts.`,
    );
  }
  const number = numbers.at(-1) ?? (used.some(({ name }) => name === 'multipass') ? 2 : null);
  const timeout = used.filter(({ name }) => name === 'timeout').at(-1);
  return {
    used,
    passes: number === null ? null : capPasses(number, warnings),
    timeout_s: timeout === undefined ? null : toTimeout(timeout.value),
  };
}

function settleFlags(flags: Found[], warnings: string[]): Settled & { mode: Mode | null } {
  const settled: Settled & { mode: Mode | null } = { passes: null, timeout_s: null, mode: null };
  for (const flag of flags) {
    const value = flag.value.toLowerCase();
    if (flag.name === 'passes') {
      if (!/^[1-9]\d*$/.test(value)) throw badFlag(flag, `a number from 1 to ${MAX_PASSES}`);
      settled.passes = Number(value);
    } else if (flag.name === 'timeout') {
      if (!isTimeout(value)) throw badFlag(flag, 'a number of seconds from 1, or none');
      settled.timeout_s = toTimeout(value);
    } else {
      if (!isMode(value)) throw badFlag(flag, 'fast, balanced or deep');
      settled.mode = value;
    }
  }
  if (settled.passes !== null) settled.passes = capPasses(settled.passes, warnings);
  return settled;
}

function capPasses(passes: number, warnings: string[]): number {
  if (passes <= MAX_PASSES) return passes;
  warnings.push(`${passes} passes were asked for: ${MAX_PASSES} is the most.`);
  return MAX_PASSES;
}

function isTimeout(value: string): boolean {
  return /^(none|[1-9]\d*)$/i.test(value);
}

function toTimeout(value: string): number | 'none' {
  return value.toLowerCase() === 'none' ? 'none' : Number(value);
}

function isMode(value: string): value is Mode {
  return Object.hasOwn(MODES, value);
}

function badFlag({ text, line }: Found, expected: string): UsageError {
  return new UsageError({
    code: 'bad-trigger',
    message: `"${text}" on line ${line + 1} of the task: expected ${expected}.`,
    hint: 'Correct the value; if it belongs to the task itself, put it in `backticks`.',
    details: { trigger: text, line: line + 1 },
  });
}
