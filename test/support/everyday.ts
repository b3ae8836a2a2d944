/** An everyday repository, from `start-session` to `finish-session` through the launcher, with two scripted models. */
import { delimiter, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { readJsonOrNull } from '../../scripts/lib/session/files.ts';
import { copyFolder, type Installation, installed, managersFolder } from './everyday-installs.ts';
import { type Files, type Json, type Sandbox, sandbox } from './sandbox.ts';
import { scriptedModels } from './scripted-models.ts';
import { ok } from './walk.ts';

export interface Everyday {
  title: string;
  /** What is committed. */
  files: Files;
  /** Installed once; its lockfile is committed, its folders `node_modules` are not. */
  install?: Installation;
  /** What else lies untracked in the main tree, such as a virtual environment. */
  surround?: (cwd: string, box: Sandbox) => Promise<void>;
  /** Why this machine cannot have it; null: it can. */
  missing?: string | null;
  /** `kind name: command` of each, with the folder in front where it is not the top. */
  gates: string[];
  /** Names of what is left out. */
  leftOut?: string[];
  /** The tests of each test gate on base, by name; their number, or null, where the runner says no more than that. */
  tests: Record<string, string[] | number | null>;
  /** What one model writes, who does right, and how many tests each test gate runs then. */
  adds: { files: Files; ran: Record<string, number | null> };
  /** What the other writes, and the tests that fail by it. */
  breaks: { files: Files; broken: Record<string, string[]> };
}

/** Makes a test of each; one that this machine cannot have says why in its line. */
export function testEveryday(projects: readonly Everyday[]): void {
  for (const project of projects) {
    if (project.missing) test.skip(`${project.title}: ${project.missing}`);
    else test(project.title, () => goThrough(project));
  }
  test.run();
}

async function goThrough(project: Everyday): Promise<void> {
  await using box = await sandbox();
  const cwd = await setUp(project, box);
  const start = (await box.git(cwd, 'status', '--porcelain')).trim();
  assert.is(start, '', 'the repository as it is set up is clean');

  const found = await ok(box, cwd, 'gates', '--discover');
  assert.equal(found.gates.map(printedGate), project.gates);
  assert.equal(
    (found.left_out ?? []).map((it: Json) => it.name).sort(),
    [...(project.leftOut ?? [])].sort(),
  );

  const words = ['--task', 'Do it', '--host', 'none'];
  const { session_id, session_dir } = await ok(box, cwd, 'start-session', ...words);
  const session = ['--session', session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  const { results } = await ok(box, cwd, 'gates', '--all', '--base', ...session);
  assertResults(project, Object.fromEntries(results.map((it: Json) => [it.target, it])));
  await assertNames(project, join(session_dir, 'pass-0001', 'gates.json'));

  await ok(box, cwd, 'compare', '--suggest', ...session);
  // The tree is the capture's, which was green: to prove it once more would only cost time.
  await ok(box, cwd, 'apply-picks', '--take', 'adds', ...session);
  await ok(box, cwd, 'cleanup', ...session);
  const finished = await ok(box, cwd, 'finish-session', ...session);
  assert.is(finished.status, 'completed');
  const after = (await box.git(cwd, 'status', '--porcelain', '--untracked-files=all')).split('\n');
  assert.equal(
    after.map((line) => line.trim().split(' ').at(-1)).sort(),
    Object.keys(project.adds.files).sort(),
    'what the model wrote, and nothing that a gate left',
  );
}

/** The repository with its surroundings; returns its folder. */
async function setUp(project: Everyday, box: Sandbox): Promise<string> {
  const { files, install } = project;
  const models = { adds: modelCode(project.adds.files), breaks: modelCode(project.breaks.files) };
  const configuration = await scriptedModels(box.folder, models);
  const cache = install === undefined ? null : await installed(install);
  const cwd = join(box.folder, 'project');
  if (install !== undefined) {
    const managers = install.command[0] === 'npm' ? [] : [await managersFolder()];
    box.env.PATH = [...managers, box.env.PATH].join(delimiter);
  }
  if (cache !== null) copyFolder(cache, cwd);
  await box.repository({ ...install?.files, ...files, ...configuration });
  await project.surround?.(cwd, box);
  return cwd;
}

function modelCode(files: Files): string {
  return `import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
for (const [path, text] of Object.entries(${JSON.stringify(files)})) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log('done');
`;
}

function printedGate({ kind, name, command, cwd }: Json): string {
  return `${kind} ${name}: ${cwd === '.' ? '' : `${cwd}$ `}${command}`;
}

function assertResults({ tests, adds, breaks }: Everyday, { base, ...models }: Json): void {
  const notGreen = (result: Json) =>
    result.gates
      .filter((it: Json) => it.status !== 'pass')
      .map((it: Json) => `${it.name}: ${it.status}\n${it.tail}`);
  assert.equal(notGreen(base), [], 'base is green');
  assert.equal(notGreen(models.adds), [], 'who does right is green');
  assert.equal(
    countsOf(base),
    mapped(tests, (all) => (Array.isArray(all) ? all.length : all)),
  );
  assert.equal(countsOf(models.adds), adds.ran);
  assert.equal(
    models.adds.gates.flatMap((it: Json) => it.missing_tests ?? []),
    [],
  );
  const red = models.breaks.gates.filter((it: Json) => it.status !== 'pass');
  assert.equal(
    Object.fromEntries(red.map((it: Json) => [it.name, it.broken_tests])),
    breaks.broken,
    JSON.stringify(notGreen(models.breaks)),
  );
}

/** How many tests each test gate ran. */
function countsOf({ gates }: Json): Record<string, number | null> {
  return Object.fromEntries(
    gates
      .filter((it: Json) => it.kind === 'test')
      .map((it: Json) => [it.name, it.tests?.ran ?? null]),
  );
}

const recordSchema = z.object({
  results: z.array(
    z.object({
      target: z.string(),
      gates: z.array(
        z.object({
          name: z.string(),
          outcomes: z.object({ passed: z.array(z.string()) }).nullable(),
        }),
      ),
    }),
  ),
});

/** What base's tests are called, where the runner names those that pass. */
async function assertNames({ tests }: Everyday, file: string): Promise<void> {
  const record = await readJsonOrNull(file, recordSchema);
  const base = record?.results.find(({ target }) => target === 'base');
  for (const [gate, names] of Object.entries(tests)) {
    if (!Array.isArray(names)) continue;
    const outcomes = base?.gates.find(({ name }) => name === gate)?.outcomes;
    assert.equal([...(outcomes?.passed ?? [])].sort(), [...names].sort(), gate);
  }
}

function mapped<From, To>(record: Record<string, From>, to: (it: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
