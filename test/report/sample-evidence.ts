/** The facts of three models, and what their tests say of each other. */
import { BASE, type CrossCell, type CrossTests } from '../../scripts/lib/gates/cross-tests.ts';
import { crossFailures, crossMatrix } from '../../scripts/lib/procedure/cross-tests-markdown.ts';
import type { Evidence } from '../../scripts/lib/procedure/evidence.ts';

export function evidenceOf(model: string, facts: Partial<Evidence> = {}): Evidence {
  return {
    ...{ model, files: 4, additions: 128, deletions: 31, gates: [], passed: null, green: null },
    tests: { new_files: [], changed_files: [], deleted_files: [], ran_more: null },
    cross_tests: null,
    dependencies: { added: [], removed: [], changed: [] },
    public_api: { added: [], removed: [] },
    ...{ tampered: [], base_tests_failing: [], duration_ms: null, attempts: null, cost_usd: null },
    ...facts,
  };
}

const named = (name: string) => ({ path: 'src/client.ts', name });

export const evidence: Evidence[] = [
  evidenceOf('claude', {
    gates: [
      { kind: 'linter', name: 'lint', status: 'pass', verdict: 'ok', tests: null },
      {
        ...{ kind: 'test', name: 'test', status: 'pass', verdict: 'ok' },
        tests: { ran: 221, failed: 0 },
      },
    ],
    ...{ passed: true, green: true },
    tests: {
      new_files: Array.from({ length: 9 }, (_, index) => `test/retry/case-${index + 1}.test.ts`),
      ...{ changed_files: ['test/client.test.ts'], deleted_files: [], ran_more: 7 },
    },
    cross_tests: { catches: ['gpt'], caught_by: [], proves_something: true, fails_own: false },
    public_api: { added: [named('RetryOptions'), named('backoff')], removed: [] },
    ...{ duration_ms: 187_400, attempts: 1, cost_usd: 0.84 },
  }),
  evidenceOf('gemini', {
    gates: [
      { kind: 'linter', name: 'lint', status: 'pass', verdict: 'tampered', tests: null },
      {
        ...{ kind: 'test', name: 'test', status: 'pass', verdict: 'fixed' },
        tests: { ran: 219, failed: 0 },
      },
    ],
    passed: false,
    tests: {
      ...{ new_files: ['test/backoff.test.ts'], changed_files: [] },
      ...{ deleted_files: ['test/legacy.test.ts'], ran_more: 5 },
    },
    cross_tests: { catches: [], caught_by: [], proves_something: false, fails_own: false },
    dependencies: {
      added: [{ path: 'package.json', name: 'p-retry' }],
      ...{ removed: [], changed: [] },
    },
    tampered: ['lint'],
    base_tests_failing: ['test: keeps the legacy header'],
    ...{ duration_ms: 95_000, attempts: 1, cost_usd: null },
  }),
  evidenceOf('gpt', {
    ...{ files: 7, additions: 1204, deletions: 56, passed: false },
    gates: [
      { kind: 'linter', name: 'lint', status: 'timeout', verdict: 'introduced', tests: null },
      {
        ...{ kind: 'test', name: 'test', status: 'fail', verdict: 'introduced' },
        tests: { ran: 214, failed: 3 },
      },
    ],
    tests: { new_files: [], changed_files: [], deleted_files: [], ran_more: -2 },
    cross_tests: {
      ...{ catches: [], caught_by: ['claude'], proves_something: true, fails_own: true },
    },
    public_api: { added: [], removed: [named('HttpError')] },
    ...{ duration_ms: 2_700_000, attempts: 2, cost_usd: null },
  }),
];

function cell(
  tests_of: string,
  code_of: string,
  kind: CrossCell['kind'],
  facts: Partial<CrossCell> = {},
): CrossCell {
  return {
    ...{ tests_of, code_of, kind, tree: null, status: 'fail', ran: 12, failed: 2, logs: [] },
    ...{ failed_tests: [], failed_tests_count: 0, detail: '' },
    ...{ caught: kind === 'caught', does_not_fit: kind === 'does-not-fit' },
    ...(kind === 'passes' ? { status: 'pass' as const, failed: 0 } : {}),
    ...facts,
  };
}

const result: CrossTests = {
  ...{ schema_version: 1, gates: [{ name: 'test', command: 'npm test' }] },
  ...{ models: ['claude', 'gemini', 'gpt'], base_tests: [], summary: [] },
  cells: [
    cell('claude', BASE, 'caught'),
    cell('claude', 'claude', 'passes'),
    cell('claude', 'gemini', 'does-not-fit', {
      detail: "SyntaxError: '../src/client.ts' does not provide an export named 'RetryOptions'",
    }),
    cell('claude', 'gpt', 'caught', {
      failed_tests: ['client > gives up after the limit', 'client > honours Retry-After'],
      failed_tests_count: 14,
    }),
    cell('gemini', BASE, 'passes'),
    cell('gemini', 'claude', 'passes'),
    cell('gemini', 'gemini', 'passes'),
    cell('gemini', 'gpt', 'not-run', { ran: null, failed: null, status: 'not-run' }),
    cell('gpt', BASE, 'does-not-fit'),
    cell('gpt', 'claude', 'unknown', { ran: null, failed: null, status: 'timeout' }),
    cell('gpt', 'gpt', 'fails-own', { detail: 'they fail on their own code' }),
  ],
};

export const crossTests = {
  ...{ matrix: crossMatrix(result), failures: crossFailures(result), outdated: false },
};
