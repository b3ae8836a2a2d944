import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import type { Json, Sandbox } from './sandbox.ts';

/** Pastes a line into a shell that stands in none of our folders. */
export async function paste(box: Sandbox, line: string): Promise<Json> {
  const elsewhere = join(box.folder, 'else where');
  await mkdir(elsewhere, { recursive: true });
  const words = { file: 'sh', args: ['-c', line], cwd: elsewhere, env: box.env };
  const { stdout, stderr, exitCode } = await runCommand(words);
  assert.is(exitCode, 0, `${line}\n${stderr}${stdout}`);
  return JSON.parse(stdout.toString('utf8'));
}
