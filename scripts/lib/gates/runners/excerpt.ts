/** Of a log that may be long: what says why a gate is red. */
import type { TestOutcomes } from './outcomes.ts';
import { plainText } from './plain-text.ts';

const EXCERPT_CHARACTERS = 2000;

/**
 * Why tests fail, each text once below all that it is said of.
 * @param broken those that did not fail on base come first; the others are why it was red before
 * @returns '' where no runner says it
 */
export function excerptOf(outcomes: TestOutcomes | null, broken: readonly string[] = []): string {
  const { failed = [], messages = {} } = outcomes ?? {};
  const shown = broken.length > 0 ? broken : failed;
  const byText = new Map<string, string[]>();
  for (const name of shown) {
    const text = messages[name];
    if (text) byText.set(text, [...(byText.get(text) ?? []), `✖ ${name}`]);
  }
  let excerpt = '';
  for (const [text, names] of byText) {
    const more = names.length > MOST_NAMES ? [`… and ${names.length - MOST_NAMES} more`] : [];
    const next = [...names.slice(0, MOST_NAMES), ...more, text].join('\n');
    if (excerpt !== '' && excerpt.length + next.length > EXCERPT_CHARACTERS) break;
    excerpt += excerpt === '' ? next.slice(0, EXCERPT_CHARACTERS) : `\n${next}`;
  }
  return excerpt;
}

const MOST_NAMES = 5;

const MOST_LINES = 15;
const MOST_CHARACTERS = 200;

/** What follows such a line belongs to it: a place, what was expected, what was found. */
const LINES_AFTER = 4;

const FAILURE =
  /\b(?:errors?|fail(?:ed|ures?|ing|s)?|assert\w*|expected|exception|panic(?:ked)?|traceback|cannot|not ok|fatal|timed? ?out)\b|[✖✗✘×⨯]|(?:Error|Exception|Failure)\b|^E {2}/i;

/** Counts, frames inside of Node, and what runners of tasks say about what they started. */
const NOISE =
  /^ *at .*\bnode:|^(?:[#ℹ] (?:Subtest|tests|suites|pass|fail|cancelled|skipped|todo|duration_ms)\b|npm (?:err!|error|warn)|make(?:\[\d+\])?: \*\*\*)/i;

/** There is none of it. */
const NONE = /\b(?:0|no) (?:errors?|fail\w*|problems?)\b|\b(?:errors?|fail\w*): ?0\b/i;

/** A test or a file that is green, whatever it is called. */
const GREEN = /^\s*(?:[✔✓√]|ok\b|pass(?:ed)?\b)/i;

/**
 * The first lines that speak of a failure, each with what follows it; where none does, the last ones. Without escape
 * sequences and empty lines, long ones cut.
 */
export function tellingLines(log: string): string[] {
  const lines = plainText(log)
    .split('\n')
    .map((line) => shorten(line.trimEnd()))
    .filter((line) => line !== '' && !NOISE.test(line));
  const told: string[] = [];
  let until = -1;
  for (const [at, line] of lines.entries()) {
    const isTelling = FAILURE.test(line) && !GREEN.test(line) && !NONE.test(line);
    if (isTelling) until = at + LINES_AFTER;
    if (at > until || (!isTelling && GREEN.test(line))) continue;
    told.push(line);
    if (told.length === MOST_LINES) break;
  }
  return told.length > 0 ? told : lines.slice(-MOST_LINES);
}

/** Of a progress line, its last state. */
function shorten(line: string): string {
  const last = line.slice(line.lastIndexOf('\r') + 1);
  if (last.length <= MOST_CHARACTERS) return last;
  return `${last.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…`;
}
