/** A session as it may well be: one green model, one red, one that ran out of time, one that was not there. */
import { evidenceTable } from '../../scripts/lib/procedure/evidence-table.ts';
import type { PrintedTarget } from '../../scripts/lib/procedure/gate-record.ts';
import { gateReport } from '../../scripts/lib/procedure/report/gate-facts.ts';
import type { ReportData, ReportModel } from '../../scripts/lib/report/report-data.ts';
import { comparison, suggestion } from './sample-comparison.ts';
import { crossTests, evidence } from './sample-evidence.ts';

const folder =
  '/home/ana/.local/state/ai-aip/repos/shop--1a2b3c4d5e6f/sessions/execute/20260301-101500Z-4242-beef/pass-0001';

/** The tree that was proved and applied. */
const MIX = '8843d7f92416211de9ebb963ff4ce28125932878';

export function model(name: string, facts: Partial<ReportModel> = {}): ReportModel {
  return {
    ...{ model: name, role: 'external', available: true, reason: null },
    ...{ program: name, version: '1.2.3', agent_model: null },
    run: {
      ...{ status: 'succeeded', cause: null, message: null, attempts: 1, duration_ms: 187_400 },
      usage: { input_tokens: 182_340, output_tokens: 9120, cost_usd: 0.84 },
    },
    capture: 'changed',
    totals: { files: 4, additions: 128, deletions: 31 },
    places: [
      { path: `outputs/${name}.md`, what: 'final text' },
      { path: `diffs/${name}.diff`, what: 'diff' },
    ],
    ...facts,
  };
}

type Gate = PrintedTarget['gates'][number];

export function target(
  name: string,
  gates: Gate[],
  facts: Partial<PrintedTarget> = {},
): PrintedTarget {
  return {
    ...{ target: name, tree: name, gates, passed: false, green: false, as_base: null },
    ...{
      tampered: [],
      gate_files: [],
      base_tests_failing: [],
      left_red: [],
      in_main: null,
      ...facts,
    },
  };
}

export function gate(facts: Partial<Gate> = {}): Gate {
  return {
    ...{ name: 'test', kind: 'test', command: 'npm test', status: 'pass', exit_code: 0 },
    ...{
      duration_ms: 8420,
      log: `${folder}/logs/claude-test.log`,
      tail: '',
      cached: false,
      flaky: false,
    },
    ...{ tests: { ran: 214, failed: 0 }, verdict: 'ok', changed_files: [] },
    ...{
      interference: false,
      cannot_load: false,
      missing_dependencies: [],
      broken_tests: [],
      repaired_tests: [],
      missing_tests: [],
    },
    ...facts,
  };
}

const lint = (facts: Partial<Gate> = {}): Gate =>
  gate({
    ...{ name: 'lint', kind: 'linter', command: 'npm run lint', tests: null, duration_ms: 2100 },
    ...facts,
  });

const failedLog = [
  '# Subtest: gives up after the limit',
  'not ok 17 - gives up after the limit',
  '  ---',
  "  location: '/home/you/shop-mm-gpt/test/client.test.ts:88:1'",
  "  failureType: 'testCodeFailure'",
  "  error: 'Expected values to be strictly equal: 4 !== 3'",
  '  ...',
  '1..214',
  '# tests 214',
  '# pass 211',
  '# fail 3',
].join('\n');

export const results = [
  target('base', [
    lint({ verdict: null, cached: true }),
    gate({ verdict: 'environment', status: 'fail', exit_code: 1, cached: true }),
  ]),
  target('claude', [lint(), gate({ tests: { ran: 221, failed: 0 } })], {
    passed: true,
    green: true,
  }),
  target(
    'gemini',
    [lint({ verdict: 'tampered' }), gate({ verdict: 'fixed', tests: { ran: 219, failed: 0 } })],
    {
      as_base: {
        tree: 'gemini',
        gates: [lint({ status: 'fail', exit_code: 1, verdict: 'introduced' })],
      },
      tampered: ['lint'],
      gate_files: [
        { path: 'biome.json', role: 'settings', change: 'changed' },
        { path: 'test/legacy.test.ts', role: 'test', change: 'deleted' },
      ],
      base_tests_failing: ['test: keeps the legacy header'],
    },
  ),
  target('gpt', [
    lint({
      ...{ status: 'timeout', exit_code: null, duration_ms: 300_000 },
      ...{ verdict: 'introduced', tail: 'checking 1204 files ...' },
    }),
    gate({
      ...{ status: 'fail', exit_code: 1, tests: { ran: 214, failed: 3 } },
      ...{ verdict: 'introduced', tail: failedLog },
      broken_tests: ['client > gives up after the limit'],
    }),
  ]),
];

export const mix = target(
  'synthesis',
  [lint(), gate({ verdict: 'fixed', tests: { ran: 228, failed: 0 } })],
  { tree: MIX, passed: true },
);

export function sample(facts: Partial<ReportData> = {}): ReportData {
  return {
    task: 'Retry failed requests with exponential backoff.\n\nOnly for status 429 and 5xx, at most three times, with jitter. Honour Retry-After. Do not retry POST unless the caller says so.',
    made_at: '2026-03-01T10:31:07.000Z',
    session: {
      ...{ session_id: '20260301-101500Z-4242-beef', directory: folder.slice(0, -10) },
      named: ['--session', '20260301-101500Z-4242-beef'],
      ...{ status: 'in_progress', pass: 1, pass_count: 2, main_tree: '/home/ana/code/shop' },
      ...{ branch: 'feature/retry', base: '3f786850e387550fdab836ed7e6dc881de23001b' },
      ...{ host: 'claude', timeout_s: 1800, created_at: '2026-03-01T10:15:00.000Z' },
      user_changes: { mode: 'set-aside', state: 'set-aside', files: 3 },
    },
    models: [
      model('claude', { role: 'host', program: null, version: null }),
      model('gemini', { version: '0.9.1', agent_model: 'gemini-3-pro' }),
      model('gpt', {
        program: 'codex',
        run: {
          ...{ status: 'partial', cause: 'timeout', attempts: 2, duration_ms: 2_700_000 },
          ...{ message: 'codex was ended after 2700 s.', usage: null },
        },
        totals: { files: 7, additions: 1204, deletions: 56 },
      }),
      model('grok', {
        ...{ available: false, program: null, version: null, run: null, capture: null },
        ...{ reason: 'Neither grok nor agent was found on PATH.', totals: null, places: [] },
      }),
    ],
    gates: gateReport(results, mix, []),
    comparison,
    suggestion,
    evidence: evidenceTable(evidence),
    cross_tests: crossTests,
    applied: {
      ...{ to: 'main', state: 'applied', tree: MIX },
      files: [
        {
          path: 'src/client.ts',
          from: 'claude',
          status: 'modified',
          why: 'the only one that honours Retry-After',
        },
        { path: 'package.json', from: 'gemini', status: 'modified', why: null },
      ],
      unpicked: [{ path: 'assets/logo.png', models: ['gemini', 'gpt'] }],
      undo: 'mm.mjs apply-picks --undo --session 20260301-101500Z-4242-beef',
    },
    noticed: ['the hook /home/ana/shop/.git/hooks/pre-commit was added (executable)'],
    analysis: '# Analysis\n\nclaude is the most complete; gemini has the better tests.\n',
    folder,
    places: [
      { path: 'prompt.md', what: 'what the models were told' },
      { path: 'diffs', what: 'each model’s whole result, as a diff that git apply takes' },
      { path: '../task.md', what: 'the task' },
    ],
    problems: [],
    ...facts,
  };
}
