import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noteBundle } from '../../scripts/lib/procedure/bundle/bundle-records.ts';
import type { TargetResult } from '../../scripts/lib/procedure/gate-record.ts';
import { type RunState, writeRunState } from '../../scripts/lib/procedure/run-state.ts';
import { exact, prose } from '../../scripts/lib/procedure/summary/cells.ts';
import { sumInWords } from '../../scripts/lib/procedure/summary/costs.ts';
import {
  appliedFile,
  summaryForOthers,
  writeSummary,
} from '../../scripts/lib/procedure/summary.ts';
import { replaceFile, replaceJson } from '../../scripts/lib/session/files.ts';
import {
  passFolder,
  recordEvent,
  type Session,
  type SessionData,
  updateSession,
} from '../../scripts/lib/session/session.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

async function setUp(more: Partial<SessionData> = {}) {
  const box = await ownSandbox();
  const made = await makeSession(await box.repository(), more);
  return { box, ...made, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() };
}

async function summaryOf(session: Session): Promise<string> {
  return readFile(await writeSummary(session), 'utf8');
}

/** The text below a heading, up to the next one. */
function section(text: string, heading: string): string {
  const [, rest = ''] = text.split(`\n## ${heading}\n\n`);
  return rest.split('\n## ')[0]?.trimEnd() ?? '';
}

function run(model: string, more: Partial<RunState> = {}): RunState {
  const attempt = { cause: null, exit_code: 0, signal: null, duration_ms: 1, timeout_ms: null };
  return {
    ...{ model, backend: model, status: 'succeeded', cause: null, message: null },
    ...{ attempts: [attempt], exit_code: 0, signal: null, duration_ms: 61_000, output: '' },
    ...{ stderr: null, usage: null, changed: true, resets_at: null, account: null },
    ...{ started_at: '2026-01-01T00:00:00.000Z', mark: null, supervisor: null },
    ...more,
  };
}

const twice = (more: Partial<RunState['attempts'][number]> = {}): RunState['attempts'] =>
  [1, 2].map(() => ({
    ...{ cause: 'timeout', exit_code: null, signal: 'SIGTERM', duration_ms: 5, timeout_ms: 5 },
    ...more,
  }));

test('nothing that happened is nothing that is claimed', async () => {
  await using it = await setUp();
  const text = await summaryOf(it.session);
  assert.match(
    section(text, 'Who took part'),
    '| 1 | claude | claude | not run |  | not captured |',
  );
  assert.is(section(text, 'What came from whom'), 'Nothing was applied.');
  assert.is(section(text, 'Gates'), 'No gate was run.');
  assert.is(section(text, 'Time, tokens and cost'), 'No model was run.');
  assert.is(
    section(text, 'How to take it back'),
    'Nothing was applied, so there is nothing to take back.',
  );
  assert.is(section(text, "The user's own changes"), 'There were none when the session began.');
  for (const heading of ['Bundles', 'What else changed while models ran'])
    assert.not.match(text, `## ${heading}`);
  assert.match(section(text, 'Where everything lies'), it.session.directory);
});

test('who failed, and why, in every pass', async () => {
  await using it = await setUp({
    ...{ current_pass: 2, pass_count: 2 },
    models: [
      sessionModel('claude', { version: '2.1', agent_model: 'opus' }),
      sessionModel('gpt'),
      sessionModel('gemini', { available: false, reason: 'gemini was not found' }),
    ],
  });
  const { session } = it;
  await writeRunState(session, 1, run('claude'));
  const late = { status: 'partial' as const, cause: 'timeout', message: 'It ran out of time.' };
  await writeRunState(session, 1, run('gpt', { ...late, attempts: twice() }));
  const empty = { status: 'failed' as const, cause: 'quota', resets_at: '2026-02-01T00:00:00Z' };
  await writeRunState(session, 2, run('gpt', { ...empty, attempts: [] }));
  const text = section(await summaryOf(session), 'Who took part');
  for (const line of [
    '| 1 | claude | claude 2.1 opus | succeeded |  | not captured |',
    '| 1 | gpt | gpt | partial (timeout) | It ran out of time. | not captured |',
    '| 2 | claude | claude 2.1 opus | not run |  | not captured |',
    '| 2 | gpt | gpt | failed (quota) | its quota is used up (filled again at 2026-02-01T00:00:00Z) | not captured |',
    '|  | gemini | gemini | did not take part | gemini was not found |  |',
  ])
    assert.match(text, line);
  const metadata = await readFile(join(session.directory, 'metadata.md'), 'utf8');
  assert.match(metadata, '- Pass 1: gpt partial (timeout)\n- Pass 2: gpt failed (quota)');
  assert.not.match(metadata, 'Pass 1: claude');
});

test('a row of costs for each model over all passes; what is unknown is not nothing', async () => {
  await using it = await setUp({
    current_pass: 2,
    models: ['claude', 'gpt', 'gemini'].map((name) =>
      sessionModel(name, name === 'gemini' ? { role: 'host', backend: null } : {}),
    ),
  });
  const { session } = it;
  const usage = (input_tokens: number, output_tokens: number, cost_usd: number | null) => ({
    usage: { input_tokens, output_tokens, cost_usd },
  });
  await writeRunState(session, 1, run('claude', { ...usage(1_000, 200, 0.5), attempts: twice() }));
  await writeRunState(session, 2, run('claude', usage(500, 100, 0.25)));
  await writeRunState(session, 1, run('gpt', usage(700, 70, null)));
  await writeRunState(session, 2, run('gpt'));
  await writeRunState(
    session,
    1,
    run('gemini', { backend: null, attempts: [], duration_ms: null }),
  );
  // It was never started, so it cost nothing.
  const quota = { status: 'failed' as const, cause: 'quota', attempts: [], duration_ms: null };
  await writeRunState(session, 2, run('gemini', quota));
  const text = section(await summaryOf(session), 'Time, tokens and cost');
  for (const line of [
    '| claude | 2 | 1 | 2 min 2 s | 1,500 | 300 | $0.75 |',
    '| gpt | 2 | 0 | 2 min 2 s | 700 + unknown | 70 + unknown | unknown |',
    '| gemini | 1 | 0 | unknown | unknown | unknown | unknown |',
    '| all | 5 | 1 | 4 min 4 s + unknown | 2,200 + unknown | 370 + unknown | $0.75 + unknown |',
  ])
    assert.match(text, line);
});

test('sums in words', () => {
  const words = (known: number, parts: number, unknown: number) =>
    sumInWords({ known, parts, unknown }, String);
  assert.equal(
    [words(0, 0, 0), words(0, 1, 0), words(0, 0, 2), words(5, 1, 1), words(5, 2, 0)],
    ['', '0', 'unknown', '5 + unknown', '5'],
  );
});

const HOSTILE =
  '# Task\r\n```\n</details><script>alert(1)</script>\n````\n[x](javascript:y)\u001b[2J\u202e\0 |';

test('a task is shown whole, and no line of it is markup or a command to a terminal', async () => {
  await using it = await setUp({ prompt_summary: HOSTILE.slice(0, 100) });
  await writeFile(join(it.session.directory, 'task.md'), HOSTILE);
  const text = await summaryOf(it.session);
  const task = section(text, 'Task');
  assert.ok(task.startsWith('`````text\n# Task'));
  assert.ok(task.endsWith('|\n`````'));
  for (const part of ['</details><script>alert(1)</script>', '````\n', '[x](javascript:y)'])
    assert.match(task, part);
  const [title = ''] = text.split('\n');
  assert.not.match(title, /[^\\]</);
  const metadata = await readFile(join(it.session.directory, 'metadata.md'), 'utf8');
  for (const character of ['\u001b', '\u202e', '\0', '\r'])
    assert.not.ok(`${text}${metadata}`.includes(character), JSON.stringify(character));
  assert.not.match(metadata, /[^\\]</);
});

test('words of others keep to their cell', () => {
  assert.is(
    prose('a|b\n<c> `d` [e](f) *g* _h_ \\'),
    'a\\|b \\<c\\> \\`d\\` \\[e\\](f) \\*g\\* \\_h\\_ \\\\',
  );
  for (const name of ['src/a.ts', 'gpt#2', 'a@b', 'x-y.z']) assert.is(exact(name), name);
  for (const [name, shown] of [
    ['__init__.py', '`__init__.py`'],
    ['a|b', '`a\\|b`'],
    ['a`b', '``a`b``'],
    ['a b\nc', '`a b\\nc`'],
    ['#x', '`#x`'],
  ])
    assert.is(exact(name ?? ''), shown);
});

async function apply(
  session: Session,
  pass: number,
  { tree = A, state }: { tree?: string; state: 'applied' | 'undone' | 'writing' | null },
): Promise<void> {
  await replaceJson(appliedFile(session, pass), {
    ...{ tree, to: state === null ? 'scratch' : 'main' },
    applied: [
      { path: `src/${pass}|x.ts`, from: 'gpt', status: 'modified', why: 'it | is <right>' },
    ],
    unpicked: [{ path: 'old.ts', models: ['claude', 'gpt'] }],
  });
  if (state === null) return;
  const applied_at = new Date().toISOString();
  const application = { pass, tree, state, applied_at, before: A, after: B, modes: [] };
  await updateSession(session, ({ applications }) => ({
    applications: [...applications, application],
  }));
  await recordEvent(session, 'apply', { pass, tree });
}

test('what came from whom, with reasons, and what nobody’s was taken', async () => {
  await using it = await setUp();
  await apply(it.session, 1, { state: 'applied' });
  const text = await summaryOf(it.session);
  const origins = section(text, 'What came from whom');
  assert.match(origins, `The mix of pass 1, tree ${A}: applied to the main tree.`);
  assert.match(origins, '| `src/1\\|x.ts` | gpt | modified | it \\| is \\<right\\> |');
  assert.match(origins, '- old.ts (claude, gpt)');
  const back = section(text, 'How to take it back');
  assert.match(back, 'The application of pass 1 of 2');
  const { session_id, main_tree } = it.session.data;
  assert.match(
    back,
    `stands; this takes it back:\n\n    ${launcher} apply-picks --undo --session ${session_id} --repo ${main_tree}`,
  );
});

const STATES: [string, (session: Session) => Promise<void>, RegExp, RegExp][] = [
  [
    'undone',
    (session) => apply(session, 1, { state: 'undone' }),
    /applied, and taken back since/,
    /^The application of pass 1 was taken back; none stands\.$/,
  ],
  [
    'cut short',
    (session) => apply(session, 1, { state: 'writing' }),
    /its application was cut short/,
    /was cut short at .*; this takes back what was written:\n\n {4}\/\S+\/mm\.mjs apply-picks --undo/,
  ],
  [
    'made only',
    (session) => apply(session, 1, { state: null }),
    /made, and not applied to the main tree/,
    /nothing to take back/,
  ],
  [
    'replaced by that of a later pass',
    async (session) => {
      await apply(session, 1, { state: 'applied' });
      await apply(session, 2, { state: 'applied', tree: B });
    },
    /pass 2, tree b{40}: applied to[\s\S]*pass 1, tree a{40}: applied, and replaced since/,
    /pass 2 of .* stands[\s\S]*1 earlier application can be taken back after it/,
  ],
  [
    'shown where it stands, though a later one was made and undone',
    async (session) => {
      await apply(session, 1, { state: 'applied' });
      await apply(session, 2, { state: 'undone', tree: B });
    },
    /^The mix of pass 1[\s\S]*The mix of pass 2, tree b{40}: applied, and taken back since/,
    /pass 1 of .* stands/,
  ],
  [
    'put back to base before another pass',
    async (session) => {
      await apply(session, 1, { state: 'applied' });
      const [last] = session.data.applications;
      await updateSession(session, ({ applications }) => ({
        applications: [...applications, ...(last ? [{ ...last, tree: B }] : [])],
      }));
    },
    /applied, and replaced since/,
    /The last change of the main tree, in pass 1 to the tree b{40}, of .* stands/,
  ],
];

for (const [name, change, origins, back] of STATES) {
  test(`an application that was ${name}`, async () => {
    await using it = await setUp({ current_pass: 2 });
    await change(it.session);
    const text = await summaryOf(it.session);
    assert.match(section(text, 'What came from whom'), origins);
    assert.match(section(text, 'How to take it back'), back);
  });
}

test('with the host alone, its work is the result', async () => {
  await using it = await setUp({
    host: 'claude',
    models: [
      sessionModel('claude', { role: 'host', backend: null }),
      sessionModel('gpt', { available: false, reason: 'not found' }),
    ],
  });
  await keepGates(it.session, 1, [gated('main', B, 'pass')]);
  const text = await summaryOf(it.session);
  assert.match(section(text, 'What came from whom'), 'Only the host took part');
  assert.match(section(text, 'Gates before and after'), 'They were not run on base.');
  assert.match(section(text, 'Gates before and after'), '| test | `test` | `npm test` | ✓ pass');
});

function gated(target: string, tree: string, status: 'pass' | 'fail'): TargetResult {
  const verdict = target === 'base' ? null : status === 'pass' ? 'fixed' : 'introduced';
  return {
    ...{ target, tree, passed: status === 'pass', green: status === 'pass', tampered: [] },
    ...{ gate_files: [], base_tests_failing: [], left_red: [], as_base: null, in_main: null },
    gates: [
      {
        ...{
          name: 'test',
          kind: 'test',
          command: 'npm test',
          status,
          exit_code: 0,
          duration_ms: 1,
        },
        ...{
          log: '',
          tail: '',
          cached: false,
          flaky: false,
          cannot_load: false,
          changed_files: [],
          verdict,
        },
        ...{ tests: { ran: 7, failed: status === 'pass' ? 0 : 2 }, outcomes: null },
        ...{
          interference: false,
          missing_dependencies: [],
          broken_tests: [],
          repaired_tests: [],
          missing_tests: [],
        },
      },
    ],
  };
}

async function keepGates(session: Session, pass: number, results: TargetResult[]): Promise<void> {
  const gates = [{ name: 'test', kind: 'test', command: 'npm test', cwd: '.', source: 'x' }];
  const record = { schema_version: 1, named: false, gates, results };
  await replaceJson(join(passFolder(session, pass), 'gates.json'), record);
  for (const { target, passed } of results)
    await recordEvent(session, 'gates', { pass, target, passed });
}

test('gates before and after, side by side with their verdicts', async () => {
  await using it = await setUp();
  await apply(it.session, 1, { state: 'applied' });
  await keepGates(it.session, 1, [
    gated('base', B, 'fail'),
    gated('gpt', A, 'pass'),
    gated('main', A, 'pass'),
  ]);
  const text = await summaryOf(it.session);
  assert.is(
    section(text, 'Gates before and after'),
    [
      '| kind | gate | command | `before (base)` | `after (main)` |',
      '| --- | --- | --- | --- | --- |',
      '| test | `test` | `npm test` | ✗ fail, 2 of 7 failed | ✓ pass, 7 ran, fixed |',
      '| all |  |  | ✗ not passed | ✓ green |',
    ].join('\n'),
  );
  assert.match(section(text, 'Gates of each pass'), '| 1 | gpt | test: pass, fixed | green |');
});

test('what the main tree held before the application says nothing of the result', async () => {
  await using it = await setUp();
  await keepGates(it.session, 1, [gated('base', B, 'fail'), gated('main', 'c'.repeat(40), 'fail')]);
  await apply(it.session, 1, { state: 'applied' });
  const after = async () => section(await summaryOf(it.session), 'Gates before and after');
  assert.match(await after(), 'They were not run on the result.');
  // The proof of the mix does, where it is of the same content.
  const keepProof = (result: TargetResult) =>
    replaceJson(join(passFolder(it.session, 1), 'proof.json'), result);
  await keepProof(gated('synthesis', 'd'.repeat(40), 'pass'));
  assert.match(await after(), 'They were not run on the result.');
  await keepProof(gated('synthesis', A, 'pass'));
  assert.match(await after(), 'after (what was applied, as synthesis)');
  // And then the gates run once more where it lies, beside changes of the user's.
  await keepGates(it.session, 1, [gated('base', B, 'fail'), gated('main', 'c'.repeat(40), 'pass')]);
  assert.match(await after(), 'after (main)');
  // It was taken back, and gated again.
  await updateSession(it.session, ({ applications }) => ({
    applications: applications.map((one) => ({ ...one, state: 'undone' as const })),
  }));
  await recordEvent(it.session, 'undo', { pass: 1 });
  await keepGates(it.session, 1, [gated('base', B, 'fail'), gated('main', B, 'fail')]);
  assert.match(await after(), 'after (what was applied, as synthesis)');
});

const CHANGES: [string, Partial<NonNullable<SessionData['user_changes']>>, RegExp][] = [
  [
    'included',
    { mode: 'include', state: 'in-place' },
    /1 file was never moved; the models started from it/,
  ],
  [
    'left out',
    { mode: 'set-aside', state: 'in-place' },
    /never moved; the models started without it/,
  ],
  ['back', { mode: 'set-aside', state: 'restored' }, /was set aside, and is back/],
  [
    'waiting',
    { mode: 'set-aside', state: 'set-aside', stash: B },
    /in the stash entry b{40}; this brings it back: `\/\S+\/mm\.mjs cleanup --restore --session \S+ --repo \S+`/,
  ],
  ['half moved', { mode: 'set-aside', state: 'saving', stash: B }, /stash entry b{40}/],
];

for (const [name, more, words] of CHANGES) {
  test(`the user’s own changes: ${name}`, async () => {
    await using it = await setUp({
      user_changes: {
        ...{
          mode: 'include',
          state: 'in-place',
          files: [{ path: 'a', status: ' M' }],
          ref: 'refs/x',
        },
        ...{ stash: null, tree: A, index_tree: A, moved: null, ...more },
      },
    });
    assert.match(section(await summaryOf(it.session), "The user's own changes"), words);
  });
}

test('bundles are named as long as they are there; others are told what happened, not where', async () => {
  await using it = await setUp();
  const file = join(it.box.folder, 'x y.bundle');
  await writeFile(file, 'x');
  await apply(it.session, 1, { state: 'applied' });
  const bundle = { file, bytes: 1234, results: A, written_at: '2026-01-01T00:00:00.000Z' };
  await noteBundle(it.session, { ...bundle, bytes: 1 });
  await noteBundle(it.session, bundle);
  const bundles = async () => section(await summaryOf(it.session), 'Bundles');
  assert.match(
    await bundles(),
    `1,234 bytes, written 2026-01-01T00:00:00.000Z. In another clone: \`${launcher} apply-picks --bundle '`,
  );
  assert.is((await bundles()).split('\n').length, 1);
  await rm(file);
  assert.match(await bundles(), 'is not there any more');
  const others = await summaryForOthers(it.session);
  assert.match(others, '| gpt | modified |');
  for (const word of [it.session.directory, file, '--undo', '## Where', '## Bundles'])
    assert.not.match(others, word);
});

test('where the captures are is said as it is: in refs, in the archive, given up', async () => {
  await using it = await setUp();
  const places = async () => section(await summaryOf(it.session), 'Where everything lies');
  assert.match(await places(), `the refs below refs/mm/${it.session.data.session_id}/`);
  await replaceFile(join(it.session.directory, 'refs.bundle'), 'x');
  assert.match(await places(), 'packed into');
  await replaceFile(join(it.session.directory, 'expired'), 'x');
  assert.match(await places(), 'given up after their time');
});

test('lines of events.jsonl that a kill cut short are no events', async () => {
  await using it = await setUp();
  await recordEvent(it.session, 'gates', { pass: 1, target: 'main' });
  const file = join(it.session.directory, 'events.jsonl');
  await writeFile(file, `${await readFile(file, 'utf8')}{"event":"ga`);
  assert.match(await summaryOf(it.session), '## Task');
});

test.run();
