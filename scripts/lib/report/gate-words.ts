/** What gates say, in words; the same ones wherever the page tells of them. */
import type { Verdict } from '../gates/verdict.ts';
import { type Tone, word } from './elements.ts';
import { type Html, html, type Insertion } from './html.ts';
import type { ReportGate } from './report-data.ts';
import { count } from './wording.ts';

const STATUSES: ReadonlyMap<string, [Tone, string]> = new Map<ReportGate['status'], [Tone, string]>(
  [
    ['pass', ['good', 'passed']],
    ['fail', ['bad', 'failed']],
    ['timeout', ['bad', 'ran out of time']],
    ['not-run', ['warn', 'ran no test']],
    ['error', ['bad', 'could not be run']],
  ],
);

export const VERDICTS: Record<Verdict, string> = {
  ok: 'as on base',
  introduced: 'introduced here',
  fixed: 'fixed here',
  'pre-existing': 'pre-existing: red on base too',
  environment: 'environment: red in worktrees only, so something is missing there',
  tampered: 'tampered: red with the gate files of base',
  flaky: 'flaky: red, then green',
};

/** What a cell of a table is about. */
type Told = Pick<ReportGate, 'verdict' | 'tests'> & { status: string };

/** A status that is none of ours stands as it is. */
export function statusText(status: string): string {
  return STATUSES.get(status)?.[1] ?? status;
}

export function statusWord(status: string): Html {
  const [tone, text] = STATUSES.get(status) ?? ['warn' as const, status];
  return word(tone, text);
}

/** Outcome, verdict against base, and further facts, below each other. */
export function gateOutcome(gate: Told, ...facts: readonly string[]): Insertion {
  const { status, verdict } = gate;
  const small = [testsInWords(gate), ...facts].filter(Boolean).join(', ');
  return [
    verdict === 'tampered' ? word('bad', 'passed by tampering') : statusWord(status),
    verdict === null ? null : html`<small>${VERDICTS[verdict]}</small>`,
    small === '' ? null : html`<small>${small}</small>`,
  ];
}

function testsInWords({ tests, status }: Told): string {
  if (tests === null || status === 'not-run') return '';
  const ran = count(tests.ran, 'test');
  return tests.failed === 0 ? ran : `${tests.failed} of ${ran} failed`;
}

/** All gates of a target together. */
export function passedWord(passed: boolean): Html {
  return passed ? word('good', 'passed') : word('bad', 'not passed');
}
