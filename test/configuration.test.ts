import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfiguration } from '../scripts/lib/configuration.ts';
import type { FilesAt } from '../scripts/lib/git/files-at.ts';
import { ownSandbox } from './support/own-sandbox.ts';
import { rejection } from './support/rejection.ts';

/** A repository that has this text as its .multi-model.json; null: it has none. */
function files(text: string | null): FilesAt {
  return {
    read: async (path) => (path === '.multi-model.json' ? text : null),
    list: async () => (text === null ? [] : ['.multi-model.json']),
    which: async () => [],
  };
}

const read = (value: unknown) => readConfiguration(files(JSON.stringify(value)));

async function writeOwn(text: string): Promise<string> {
  const folder = join(process.env.XDG_CONFIG_HOME ?? '', 'multi-model');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), text);
  return join(folder, 'config.json');
}

test('none at all is an empty one', async () => {
  await using _box = await ownSandbox();
  assert.equal(await readConfiguration(files(null)), {});
  assert.equal(await readConfiguration(null), {});
  assert.equal(await read({}), {});
});

test("the user's own file counts more; backends and gates are merged by name", async () => {
  await using _box = await ownSandbox();
  await writeOwn(
    JSON.stringify({
      models: ['gpt'],
      timeout_s: 5,
      gates: { test: 'own test', lint: 'own lint' },
      backends: { mine: { command: ['mine'] }, both: { command: ['own'] } },
    }),
  );
  const configuration = await read({
    models: ['claude', { model: 'gemini', agent_model: 'pro' }],
    passes: 2,
    setup: 'npm ci',
    include: ['.env'],
    gates: { test: 'repo test', build: { command: 'make', timeout_s: 9 } },
    backends: { theirs: { command: ['theirs', '{prompt_file}'] }, both: { command: ['repo'] } },
  });
  assert.equal(configuration.models, ['gpt']);
  assert.equal(
    [configuration.timeout_s, configuration.passes, configuration.setup],
    [5, 2, 'npm ci'],
  );
  assert.equal(configuration.include, ['.env']);
  assert.equal(
    { ...configuration.gates },
    {
      test: 'own test',
      build: { command: 'make', timeout_s: 9 },
      lint: 'own lint',
    },
  );
  assert.equal(Object.keys(configuration.backends ?? {}).sort(), ['both', 'mine', 'theirs']);
  assert.equal(configuration.backends?.both?.command, ['own']);
});

const WRONG: [unknown, RegExp][] = [
  [{ modles: ['gpt'] }, /"modles" at the top level is no known key\. Did you mean "models"\?/],
  [{ backends: { x: { comand: ['x'] } } }, /backends\.x.*(command|Did you mean "command")/],
  [
    { backends: { x: { command: ['x'], promt: 'stdin' } } },
    /"promt" at backends\.x is no known key\. Did you mean "prompt"/,
  ],
  [
    { gates: { test: { command: 'x', timeout: 5 } } },
    /"timeout" at gates\.test is no known key\. Did you mean "timeout_s"/,
  ],
  [
    { models: [{ model: 'gpt', bakend: 'codex' }] },
    /"bakend" at models\.0 is no known key\. Did you mean "backend"/,
  ],
  [{ models: 'gpt' }, /models: /],
  [{ models: ['../../x'] }, /models\.0: .*named by/],
  [{ models: ['a b'] }, /models\.0: /],
  [{ gates: { '../x': 'y' } }, /gates/],
  [{ gates: { test: '' } }, /gates\.test: the command is empty/],
  [{ gates: { test: { command: 'x', cwd: '../..' } } }, /gates\.test\.cwd: a directory inside/],
  [{ timeout_s: 0 }, /timeout_s: /],
  [{ timeout_s: 'never' }, /timeout_s: /],
  [{ passes: 99 }, /passes: /],
  [{ passes: 1.5 }, /passes: /],
  [{ backends: { x: { command: [] } } }, /backends\.x\.command/],
  [{ include: '.env' }, /include: /],
  [[], /the top level: /],
  [null, /the top level: /],
  ['text', /the top level: /],
];

for (const [value, message] of WRONG) {
  test(`refused: ${JSON.stringify(value)}`, async () => {
    await using _box = await ownSandbox();
    const error = await rejection(read(value));
    assert.equal([error.code, error.exitStatus], ['bad-configuration', 2]);
    assert.match(error.message, '.multi-model.json');
    assert.match(error.message, message);
    assert.is(error.details.file, '.multi-model.json');
  });
}

test('what is no JSON is refused, and the file is named', async () => {
  await using _box = await ownSandbox();
  for (const text of ['', '{', '{"models": ["gpt"],}', '// x\n{}', '\0']) {
    const error = await rejection(readConfiguration(files(text)));
    assert.match(error.message, '.multi-model.json cannot be used: it is no JSON');
  }
  const own = await writeOwn('{');
  const error = await rejection(readConfiguration(files(null)));
  assert.match(error.message, own);
  assert.not.match(error.hint, 'base');
});

test("a folder in the place of the user's own file is said; one that is not there is none", async () => {
  await using box = await ownSandbox();
  await mkdir(join(process.env.XDG_CONFIG_HOME ?? '', 'multi-model', 'config.json'), {
    recursive: true,
  });
  assert.is((await rejection(readConfiguration(null))).code, 'bad-configuration');
  process.env.XDG_CONFIG_HOME = join(box.folder, 'gitconfig');
  assert.equal(await readConfiguration(null), {});
});

test('names that are special to JavaScript do no harm', async () => {
  await using _box = await ownSandbox();
  const text =
    '{"backends":{"__proto__":{"command":["x"]},"constructor":{"command":["y"]}},"gates":{"toString":"z"}}';
  const configuration = await readConfiguration(files(text));
  assert.is(({} as Record<string, unknown>).command, undefined);
  assert.equal(new Map(Object.entries(configuration.backends ?? {})).get('constructor')?.command, [
    'y',
  ]);
  assert.is(configuration.gates?.toString, 'z');
  const top = await rejection(
    readConfiguration(files('{"__proto__":{"models":["gpt"]}}')).then((it) => {
      if (it.models !== undefined) throw new Error('taken from the prototype');
      throw Object.assign(new Error('left out'), { code: 'bad-configuration' });
    }),
  );
  assert.is(top.code, 'bad-configuration');
});

test('it is read as base has it, through a script: what lies in the working tree plays no part', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository({ '.multi-model.json': '{"passes": 3, "models": ["gpt"]}' });
  await writeFile(join(repo, '.multi-model.json'), '{"nonsense": true}');
  const words = [
    '--task',
    'x',
    '--host',
    'claude',
    '--models',
    'claude',
    '--user-changes',
    'include',
  ];
  const { exitCode, json } = await box.mm(repo, 'start-session', ...words, '--dry-run');
  assert.is(exitCode, 0, JSON.stringify(json));
  assert.is(json.passes, 3);
  await box.git(repo, 'commit', '--quiet', '--all', '-m', 'nonsense');
  const refused = await box.mm(repo, 'start-session', ...words);
  assert.equal([refused.exitCode, refused.json.error.code], [2, 'bad-configuration']);
});

test.run();
