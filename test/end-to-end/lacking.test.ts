/** What base's gates need and worktrees lack is found by how they fail, also where base is red for its own reason. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Json, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { ok } from '../support/walk.ts';

const testOf = (name: string, code: string) =>
  `import { test } from 'node:test'; import assert from 'node:assert';\n${code}\n`.replace(
    'NAME',
    name,
  );

const FILES = {
  'package.json': '{"type":"module","scripts":{"test":"node --test test/"}}\n',
  '.gitignore': 'dist/\n.env\nnoise/\n',
  'test/own.test.js': testOf('own', "test('NAME', () => assert.equal(1, 2));"),
  'test/built.test.js': testOf(
    'built',
    "import { built } from '../dist/built.js'; test('NAME', () => assert.ok(built));",
  ),
};

test('a base that is red for its own reason too: what only worktrees lack is named, and the line mends it', async () => {
  await using box = await sandbox();
  const models = await scriptedModels(box.folder, { one: '' });
  const cwd = await box.repository({ ...FILES, ...models });
  await mkdir(join(cwd, 'dist'));
  await mkdir(join(cwd, 'noise'));
  await writeFile(join(cwd, 'dist/built.js'), 'export const built = true;\n');
  await writeFile(join(cwd, 'noise/x'), '');
  await writeFile(join(cwd, '.env'), 'A=1\n');
  const { session_id } = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const words = ['gates', '--base', '--session', session_id];
  const first = await ok(box, cwd, ...words);
  const [gate] = first.results[0].gates;
  assert.equal([gate.status, gate.verdict, gate.lacks], ['fail', 'environment', ['dist']]);
  const warnings: string = first.warnings.join('\n');
  assert.match(
    warnings,
    /test: red in the main tree for its own reason, and more so in a worktree \(.*built/,
  );
  const command = /To give it to them: (.*)/.exec(warnings)?.[1] ?? '';
  const again = await ok(box, cwd, ...words);
  assert.equal(
    [again.results[0].gates[0].cached, again.results[0].gates[0].lacks],
    [true, ['dist']],
  );

  execFileSync('sh', ['-c', command], { cwd });
  const { results, warnings: now } = await ok(box, cwd, ...words);
  const [mended] = results[0].gates;
  assert.equal([mended.tests, mended.verdict], [{ ran: 2, failed: 1 }, 'pre-existing']);
  assert.equal(
    now.filter((it: string) => /worktrees|other content/.test(it)),
    [],
  );
  assert.equal(
    execFileSync('cat', [join(cwd, '.worktreeinclude')], { encoding: 'utf8' }),
    '/.env\n/dist\n',
  );
});

test('a gate that changes files is not run in the main tree, and that is the reason given', async () => {
  await using box = await sandbox();
  const cwd = await box.repository(FILES);
  const gates = ['--gate', 'test=echo x >> made.txt; exit 1'];
  const { warnings } = await ok(box, cwd, 'gates', '--base', ...gates);
  assert.match(
    warnings.join('\n'),
    /base: test: red, and not run in the main tree, because it changes files there \(made\.txt\)/,
  );
  assert.not.match(warnings.join('\n'), 'other content');
  await writeFile(join(cwd, 'more.txt'), 'x');
  const other = await ok(box, cwd, 'gates', '--base', '--gate', 'test=exit 1');
  assert.match(other.warnings.join('\n'), /base: test: red, and the main tree holds other content/);
  assert.equal(
    other.results.map((it: Json) => it.target),
    ['base'],
  );
});

test.run();
