/** What a pass left unresolved, and how a prompt shows it: all of it is data, in code spans and in fences. */
import { codeSpan, fenced } from '../foreign-text.ts';

/** A question of the comparison that nobody has answered. No model is named: nobody is to favour their own. */
export interface OpenDecision {
  kind: 'whole' | 'base-test' | 'test' | 'worse' | 'graft';
  /** Tests, gates or files that it is about. */
  names: string[];
  /** The first lines of logs that speak of the failure. */
  evidence: string[];
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
  ['tampered', 'it is green only because its scripts or settings were changed'],
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

const KINDS: Record<OpenDecision['kind'], string> = {
  whole: 'Nothing that ran tells the first results apart; they differ in',
  'base-test':
    'Tests of base fail on the result that came first, which changed them: was that asked for?',
  test: 'New tests of one result fail on the one that came first: is the test right, or the code?',
  worse: 'Red with the result that came first, and green with another',
  graft: 'Several results make the same edits, which the one that came first does not make',
};

export function decisionEntry({ kind, names, evidence }: OpenDecision): string {
  return [
    `### ${KINDS[kind]}`,
    ...(names.length === 0 ? [] : [names.map((name) => `- ${codeSpan(name)}`).join('\n')]),
    ...(evidence.length === 0 ? [] : [fenced(evidence.join('\n'))]),
  ].join('\n\n');
}
