import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readInput } from '../scripts/lib/input.ts';
import { runCommand } from '../scripts/lib/process/command.ts';
import { compiledModule } from './support/compiled.ts';
import { rejection } from './support/rejection.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const module = JSON.stringify(compiledModule('lib/input'));

/** readInput('task', { file: '-' }) in a process of its own. */
function fromStdin(input: string | Buffer | undefined) {
  const code = `import { readInput } from ${module};
    console.log(JSON.stringify(await readInput('task', { file: '-' })));`;
  return runCommand({
    file: process.execPath,
    args: ['--input-type=module', '-e', code],
    cwd: process.cwd(),
    env: process.env,
    ...(input === undefined ? {} : { input }),
  });
}

test('a text is taken as it is, nothing is null', async () => {
  assert.is(await readInput('task', { text: ' a\n' }), ' a\n');
  assert.is(await readInput('task', { text: '' }), '');
  assert.is(await readInput('task', {}), null);
});

test('a file is read as it is', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'the task.md');
  await writeFile(file, 'ä\r\n');
  assert.is(await readInput('task', { file }), 'ä\r\n');
});

test('two inputs, a file that is not there, a folder: usage errors that name the path', async () => {
  await using folder = await temporaryFolder();
  const two = await rejection(readInput('task', { text: 'a', file: 'b' }));
  assert.equal([two.code, two.exitStatus], ['two-inputs', 2]);
  for (const file of [join(folder.path, 'none'), folder.path, '']) {
    const error = await rejection(readInput('analysis', { file }));
    assert.equal([error.code, error.exitStatus], ['unreadable-file', 2]);
    assert.match(error.message, `The analysis could not be read from ${file}`);
  }
});

test('stdin: piped, large, empty, or nothing at all', async () => {
  const large = 'line\n'.repeat(200_000);
  assert.is(JSON.parse((await fromStdin(large)).stdout.toString()), large);
  assert.is((await fromStdin('')).stdout.toString(), '""\n');
  assert.is((await fromStdin(undefined)).stdout.toString(), '""\n');
});

test('a terminal as stdin is refused, not waited for', async () => {
  const before = process.stdin.isTTY;
  process.stdin.isTTY = true;
  try {
    assert.is((await rejection(readInput('task', { file: '-' }))).code, 'stdin-is-a-terminal');
  } finally {
    process.stdin.isTTY = before;
  }
});

test.run();
