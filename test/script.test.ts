import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skillFolder } from '../scripts/lib/skill-folder.ts';
import { compiledModule } from './support/compiled.ts';
import { type TemporaryFolder, temporaryFolder } from './support/temporary-folder.ts';

const from = (module: string) => JSON.stringify(compiledModule(module));

/** A script of its own around a body; it sees `options`, `context`, `errors`, `folder`. */
async function writeScript(folder: TemporaryFolder, body: string): Promise<string> {
  const file = join(folder.path, 'sample.mjs');
  await writeFile(join(folder.path, 'package.json'), '{"type":"module"}');
  await writeFile(
    file,
    `import { defineScript, runWhenMain } from ${from('lib/script')};
    import * as errors from ${from('lib/errors')};
    import * as z from ${JSON.stringify(join(skillFolder, 'node_modules', 'zod', 'index.js'))};
    import fs from 'node:fs';
    const folder = ${JSON.stringify(folder.path)};
    const script = defineScript({
      name: 'sample',
      summary: 'A sample',
      options: z.object({ count: z.coerce.number().default(1).describe('N: how many') }),
      output: z.looseObject({ items: z.array(z.string()) }),
      examples: [['sample --count 2', 'two of them']],
      async run(options, context) { ${body} },
    });
    export default script;
    await runWhenMain(import.meta.url, script);
    `,
  );
  return file;
}

interface Run {
  /** Exit status, or the signal that ended it. */
  status: number | string | null;
  stdout: string;
  stderr: string;
}

type Process = ReturnType<typeof spawn>;

/** Runs it as `node FILE`, and gives `meanwhile` the process. */
async function start(
  file: string,
  words: string[] = [],
  {
    env = {},
    meanwhile = () => {},
  }: { env?: NodeJS.ProcessEnv; meanwhile?: (child: Process) => unknown } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [file, ...words], {
    cwd: skillFolder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run: Run = { status: null, stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    run.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    run.stderr += chunk;
  });
  const closed = once(child, 'close');
  await meanwhile(child);
  const [code, signal] = await closed;
  return { ...run, status: code ?? signal };
}

/** The one JSON object on stdout; anything else is a failure of the test. */
function json({ stdout }: Run) {
  assert.match(stdout, /^\{[^\n]*\}\n$/, stdout.slice(0, 500));
  return JSON.parse(stdout);
}

test('success: one JSON object with its head, the result, warnings and what comes next', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    "context.progress('working'); context.warn('mind this'); console.error('prose'); return { items: ['a'.repeat(options.count)], next: 'mm.mjs status' };",
  );
  const run = await start(file, ['--count', '3']);
  assert.is(run.status, 0);
  assert.equal(json(run), {
    ...{ ok: true, schema_version: 1, script: 'sample', items: ['aaa'] },
    ...{ warnings: ['mind this'], next: 'mm.mjs status' },
  });
  assert.match(run.stderr, 'working\nwarning: mind this\n');

  const quiet = await start(file, ['--quiet']);
  assert.equal(json(quiet).warnings, ['mind this']);
  assert.is(quiet.stderr, 'prose\n');
});

const FAILURES: [string, string, number, string, string][] = [
  [
    'a refusal',
    "throw new errors.Refusal({ code: 'dirty-tree', message: 'm', hint: 'h', details: { a: 1 } })",
    3,
    'dirty-tree',
    'm',
  ],
  [
    'a failure',
    "throw new errors.Failure({ code: 'disk', message: 'm', hint: 'h' })",
    1,
    'disk',
    'm',
  ],
  [
    'a missing program',
    "throw new errors.MissingProgram({ code: 'missing-program', message: 'm', hint: 'h' })",
    4,
    'missing-program',
    'm',
  ],
  ['a crash', "throw new TypeError('not a function')", 1, 'unexpected', 'not a function'],
  [
    'a crash of the system',
    "fs.readFileSync('/no/such/file'); return { items: [], next: '' }",
    1,
    'unexpected',
    'ENOENT: no such file or directory',
  ],
  ['a thrown text', "throw 'just a text'", 1, 'unexpected', 'just a text'],
  ['a thrown nothing', 'throw undefined', 1, 'unexpected', 'undefined'],
  ['a thrown object without a prototype', 'throw Object.create(null)', 1, 'unexpected', ''],
  [
    'a rejection that nobody waits for',
    "void Promise.reject(new Error('lost')); await new Promise((resolve) => setTimeout(resolve, 60_000)); return { items: [], next: '' }",
    1,
    'unexpected',
    'lost',
  ],
  [
    'a promise that is never kept',
    'await new Promise(() => {})',
    1,
    'unexpected',
    'without an answer',
  ],
  [
    'an error in a callback',
    "setTimeout(() => { throw new Error('later') }); await new Promise((resolve) => setTimeout(resolve, 60_000)); return { items: [], next: '' }",
    1,
    'unexpected',
    'later',
  ],
];

for (const [name, body, status, code, message] of FAILURES) {
  test(`${name}: one JSON object with the warnings so far, exit ${status}`, async () => {
    await using folder = await temporaryFolder();
    const file = await writeScript(folder, `context.warn('mind this'); ${body}`);
    const run = await start(file, ['--quiet']);
    const answer = json(run);
    assert.equal(
      [run.status, answer.ok, answer.script, answer.warnings, answer.error.code],
      [status, false, 'sample', ['mind this'], code],
    );
    assert.match(answer.error.message, message);
    assert.ok(answer.error.hint.length > 0);
    assert.type(answer.error.details, 'object');
  });
}

test('a usage error, and a result that asks for another exit status', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(folder, "context.exitWith(1); return { items: [], next: '' };");
  const wrong = await start(file, ['--cuont', '1']);
  assert.equal([wrong.status, json(wrong).error.code], [2, 'usage']);
  assert.match(json(wrong).error.message, 'Did you mean "count"?');
  const checked = await start(file);
  assert.equal([checked.status, json(checked).ok], [1, true]);
});

test('help, version and schema are the only other things on stdout', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(folder, "throw new Error('it ran')");
  const help = await start(file, ['--help']);
  assert.equal([help.status, help.stderr], [0, '']);
  for (const part of ['A sample', '--count', 'N: how many', 'two of them', '--quiet', '--trace'])
    assert.match(help.stdout, part);
  const version = await start(file, ['--version']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const schema = JSON.parse((await start(file, ['--schema'])).stdout);
  assert.is(schema.anyOf.length, 2);
  for (const { required } of schema.anyOf) assert.ok(required.includes('warnings'));
  assert.ok('items' in schema.anyOf[0].properties);
});

/** Waits until the script is at work; one that has ended already never will be. */
async function begun(folder: TemporaryFolder, child: Process): Promise<void> {
  while (!existsSync(join(folder.path, 'begun')) && child.exitCode === null) await sleep(20);
}

/** Sends signals once the script is at work. */
function signals(folder: TemporaryFolder, ...names: NodeJS.Signals[]) {
  return async (child: Process) => {
    await begun(folder, child);
    for (const name of names) {
      child.kill(name);
      await sleep(100);
    }
  };
}

const HEEDS =
  "fs.writeFileSync(folder + '/begun', ''); await new Promise((resolve, reject) => { const timer = setTimeout(resolve, 60_000); context.signal.addEventListener('abort', () => { clearTimeout(timer); fs.writeFileSync(folder + '/tidied', ''); reject(new Error('stopped')); }); }); return { items: [], next: '' };";

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} while it runs: it tidies up, one JSON object, exit ${status}`, async () => {
    await using folder = await temporaryFolder();
    const file = await writeScript(folder, HEEDS);
    const run = await start(file, [], { meanwhile: signals(folder, signal) });
    const { error } = json(run);
    assert.equal([run.status, error.code, error.details.signal], [status, 'interrupted', signal]);
    assert.ok(existsSync(join(folder.path, 'tidied')));
  });
}

test('a script that does not heed the first signal ends at the second', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    "fs.writeFileSync(folder + '/begun', ''); await new Promise((resolve) => setTimeout(resolve, 60_000)); return { items: [], next: '' };",
  );
  const run = await start(file, [], { meanwhile: signals(folder, 'SIGINT', 'SIGTERM') });
  assert.equal([run.status, json(run).error.code], [143, 'interrupted']);
});

test('an answer that comes after an interruption is not taken for success', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    "fs.writeFileSync(folder + '/begun', ''); await new Promise((resolve) => { const timer = setInterval(() => { if (context.signal.aborted) resolve(clearInterval(timer)); }, 20); }); return { items: ['done'], next: '' };",
  );
  const run = await start(file, [], { meanwhile: signals(folder, 'SIGINT') });
  assert.equal([run.status, json(run).ok], [130, false]);
});

test('a reader that goes away is no crash: exit status as if it had read', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    "fs.writeFileSync(folder + '/begun', ''); while (!fs.existsSync(folder + '/go')) await new Promise((resolve) => setTimeout(resolve, 20)); context.exitWith(7); return { items: Array(500).fill('x'.repeat(20)), next: '' };",
  );
  const run = await start(file, [], {
    meanwhile: async (child) => {
      await begun(folder, child);
      child.stdout?.destroy();
      await writeFile(join(folder.path, 'go'), '');
    },
  });
  assert.equal([run.status, run.stderr], [7, '']);
});

test('a slow reader gets the whole answer, and a script that left something running still ends', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    "setInterval(() => {}, 1000); return { items: Array(900).fill('x'.repeat(20)), next: 'n' };",
  );
  const run = await start(file, [], {
    meanwhile: async (child) => {
      child.stdout?.pause();
      await sleep(1500);
      child.stdout?.resume();
    },
  });
  assert.equal([run.status, json(run).items.length], [0, 900]);
});

test('more than 24 KB is cut; the whole lies in the state root, for the user alone', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    "return { items: Array.from({ length: 20_000 }, (_, at) => 'item ' + at), short: [1, 2], next: 'n' };",
  );
  const run = await start(file, [], { env: { AI_AIP_ROOT: join(folder.path, 'state') } });
  const answer = json(run);
  assert.is(run.status, 0);
  assert.ok(Buffer.byteLength(run.stdout) <= 24 * 1024);
  assert.equal([answer.ok, answer.truncated, answer.next, answer.short], [true, true, 'n', [1, 2]]);
  assert.ok(answer.items.length > 100);
  const whole = JSON.parse(await readFile(answer.full, 'utf8'));
  assert.is(whole.items.length, 20_000);
  assert.is(whole.next, 'n');
  assert.is((await stat(answer.full)).mode & 0o777, 0o600);
  assert.is((await readdir(join(folder.path, 'state', 'answers'))).length, 1);
});

test('a long error is cut as well; with a session the whole lies in its directory', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    `const { answerNotes } = await import(${from('lib/answer-notes')}); answerNotes.session = folder; throw new errors.Refusal({ code: 'many', message: 'm', hint: 'h', details: { files: Array(5_000).fill('a/path/to/a/file') } });`,
  );
  const run = await start(file);
  const answer = json(run);
  assert.equal([run.status, answer.error.code, answer.truncated], [3, 'many', true]);
  assert.is(dirname(answer.full), join(folder.path, 'answers'));
  assert.is(JSON.parse(await readFile(answer.full, 'utf8')).error.details.files.length, 5_000);
});

test('where the whole cannot be kept, the answer is given all the same', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'file'), '');
  const file = await writeScript(
    folder,
    "return { items: Array(20_000).fill('item'), next: 'n' };",
  );
  const env = { AI_AIP_ROOT: join(folder.path, 'file', 'state') };
  const run = await start(file, [], { env });
  const answer = json(run);
  assert.equal([run.status, answer.truncated, answer.full], [0, true, undefined]);
  assert.match(run.stderr, 'could not be kept');
});

test('it runs through a link, and not when it is only imported', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(folder, "return { items: ['ran'], next: '' };");
  const links = join(folder.path, 'links');
  await mkdir(links);
  await symlink(file, join(links, 'linked.mjs'));
  assert.equal(json(await start(join(links, 'linked.mjs'))).items, ['ran']);
  const importer = join(folder.path, 'importer.mjs');
  await writeFile(importer, "import './sample.mjs'; console.log('imported');");
  assert.is((await start(importer)).stdout, 'imported\n');
});

test('--trace prints every command with its directory, status and time, on stderr', async () => {
  await using folder = await temporaryFolder();
  const file = await writeScript(
    folder,
    `const { runCommand } = await import(${from('lib/process/command')});
    await runCommand({ file: 'sh', args: ['-c', 'exit 3'], cwd: folder, env: process.env });
    return { items: [], next: '' };`,
  );
  const traced = await start(file, ['--trace']);
  assert.match(traced.stderr, /^\[trace\] 3 \d+ms .*\$ sh -c "exit 3"$/m);
  assert.ok(traced.stderr.includes(folder.path));
  assert.is((await start(file)).stderr, '');
});

test.run();
