/** What a pass left unresolved, and how a prompt shows it: all of it is data, in code spans and in fences. */
import { codeSpan, fenced } from './fenced.ts';

/** One way to write a place. Letters stand for it, not models: nobody is to favour their own. */
export interface Alternative {
  label: string;
  /** What it is where it is no text, or more than that: `deleted`, `a symbolic link`; null: lines alone. */
  what: string | null;
  lines: string[];
  /** So many lines were cut. */
  more: number;
}

export interface OpenDecision {
  path: string;
  /** In words, by the lines of base. */
  place: string;
  alternatives: Alternative[];
}

export interface RedGate {
  /** Whose: of the mix so far, of another mix that was tried, of one model's result. */
  of: 'mix' | 'tried-mix' | 'model';
  /** As gates.json or the proof has it. */
  target: string;
  gate: string;
  status: string;
  verdict: string | null;
  /** Tests that broke. */
  tests: string[];
  /** The first lines of its log that speak of the failure. */
  evidence: string[];
}

export interface Unresolved {
  decisions: OpenDecision[];
  red: RedGate[];
  /** The user's word, and what the analysis found. */
  feedback: string | null;
  /** What the user was shown of the last pass. */
  analysis: string | null;
}

const OF = {
  mix: 'the mix so far',
  'tried-mix': 'another mix that was tried',
  model: 'one of the implementations',
} as const;

const STATUSES = new Map([
  ['fail', 'fails'],
  ['timeout', 'did not end in time'],
  ['not-run', 'ran no test'],
  ['error', 'could not be started'],
]);

const VERDICTS = new Map([
  ['introduced', 'it was not so before'],
  ['tampered', 'it is green only because files of the gate itself were changed'],
]);

/** So many tests are named. */
const MOST_TESTS = 10;

export function redGateEntry({ of, gate, status, verdict, tests, evidence }: RedGate): string {
  const why = VERDICTS.get(verdict ?? '');
  const title = `### ${codeSpan(gate)} of ${OF[of]} ${STATUSES.get(status) ?? 'is red'}${why === undefined ? '' : ` (${why})`}`;
  const rest = tests.length - MOST_TESTS;
  const names = tests.slice(0, MOST_TESTS).map((name) => codeSpan(name));
  const broken = `Broken tests: ${names.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`;
  return [
    title,
    ...(tests.length === 0 ? [] : [broken]),
    ...(evidence.length === 0 ? [] : [fenced(evidence.join('\n'))]),
  ].join('\n\n');
}

export function decisionEntry({ path, place, alternatives }: OpenDecision): string {
  return [`### ${codeSpan(path)}, ${place}`, ...alternatives.map(alternativeText)].join('\n\n');
}

function alternativeText({ label, what, lines, more }: Alternative): string {
  const title = `${label}${what === null ? '' : ` (${what})`}:`;
  if (lines.length === 0)
    return what === null ? `${title} nothing stands there` : title.slice(0, -1);
  const rest = more > 0 ? `\n... and ${more} more ${more === 1 ? 'line' : 'lines'}.` : '';
  return `${title}\n\n${fenced(lines.join('\n'))}${rest}`;
}
