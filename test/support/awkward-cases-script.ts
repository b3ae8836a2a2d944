/** Runs the scripts for the table of awkward cases. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { pathText } from '../../scripts/lib/git/paths.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { canaries, type Hands } from './awkward-cases-hands.ts';
import type { AwkwardCase, Refused } from './awkward-cases-table.ts';
import type { Json, Sandbox, ScriptResult } from './sandbox.ts';

/** A script that has not answered by then hangs. */
const SCRIPT_LIMIT_MS = 180_000;

/** Runs a script that must succeed, or be refused as the one case says; then the answer is null. */
export async function runScript(
  [row, ...others]: readonly AwkwardCase[],
  user: Hands,
  words: string[],
): Promise<Json | null> {
  const cwd = join(user.root, row?.from ?? '');
  const { exitCode, json, stderr } = await inTime(user.box, cwd, words);
  assert.equal(foundCanaries(user.box), [], `${words[0]} ran what was planted`);
  const refused = others.length > 0 ? undefined : refusalOf(row, words);
  if (refused && !(refused.optional && exitCode === 0)) {
    const shown = JSON.stringify(json);
    assert.is(exitCode, 3, `${words[0]} must refuse: ${shown}`);
    assert.match(json.error.code, refused.code);
    assert.ok(shown.includes(JSON.stringify(pathText(refused.names ?? '')).slice(1, -1)), shown);
    return null;
  }
  assert.is(
    exitCode,
    0,
    `${words.join(' ')}: ${JSON.stringify(json.error)}\n${stderr.slice(-1500)}`,
  );
  return json;
}

function refusalOf(row: AwkwardCase | undefined, words: string[]): Refused | undefined {
  const refused = row?.expect?.refused;
  return refused?.script === words[0] && !words.includes('--undo') ? refused : undefined;
}

async function inTime(box: Sandbox, cwd: string, words: string[]): Promise<ScriptResult> {
  const script = box.mm(cwd, ...words);
  // Awaited only while it is in time; after that its failure is no news.
  script.catch(() => undefined);
  const limit = new AbortController();
  const late = sleep(SCRIPT_LIMIT_MS, null, { signal: limit.signal, ref: false });
  const result = await Promise.race([script, late.catch(() => null)]);
  limit.abort();
  if (result !== null) return result;
  await endScripts(box);
  throw new Error(`${words.join(' ')} hangs.`);
}

/** The state root is this sandbox's alone, so nothing else is found by it. */
async function endScripts({ env }: Sandbox): Promise<void> {
  for (const pid of await findByEnvironment('AI_AIP_ROOT', env.AI_AIP_ROOT ?? ''))
    process.kill(pid, 'SIGKILL');
}

function foundCanaries(box: Sandbox): string[] {
  return existsSync(canaries(box)) ? readdirSync(canaries(box)) : [];
}
