import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { Family, relatives } from '../../scripts/lib/process/family.ts';
import { identifyProcess, type ProcessRow } from '../../scripts/lib/process/processes.ts';

function row(pid: number, parent: number, session: number): ProcessRow {
  return { pid, parent, session, started: `${pid}` };
}

const TABLE = [
  row(1, 0, 0),
  row(10, 1, 10), // the user's shell
  row(11, 10, 10), // this process
  row(20, 11, 20), // the run's first process
  row(21, 20, 20),
  row(30, 21, 30), // a shell in a session of its own
  row(31, 30, 30),
  row(32, 1, 30), // its orphan
  row(40, 10, 10), // something else of the user's
  row(41, 1, 41),
];

function pidsOf(rows: readonly ProcessRow[]): number[] {
  return rows.map(({ pid }) => pid).sort((a, b) => a - b);
}

/** Once it is itself, and no longer the shell that it was started from. */
async function commandOf(pid: number): Promise<string> {
  const args = ['-o', 'args=', '-p', String(pid)];
  const { stdout } = await runCommand({
    file: 'ps',
    args,
    cwd: '/',
    env: { PATH: process.env.PATH },
  });
  return stdout.toString('utf8').trim();
}

test('descendants, and what shares a session with one of them', () => {
  const seeds = TABLE.filter(({ pid }) => pid === 20);
  assert.equal(pidsOf(relatives(TABLE, seeds, 11)), [20, 21, 30, 31, 32]);
});

test('whoever looks is nobody’s relative, nor are its ancestors and its session', () => {
  const seeds = TABLE.filter(({ pid }) => pid === 10 || pid === 40);
  assert.equal(pidsOf(relatives(TABLE, seeds, 11)), [40]);
  assert.equal(relatives(TABLE, [], 11), []);
});

test('a process without its mark and its parent is still known', async () => {
  const child = spawn('sh', ['-c', 'env -i setsid sleep 300 & echo $!; read line'], {
    env: { PATH: process.env.PATH, FAMILY_TEST: `:${process.pid}:` },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const orphan = Number(String((await once(child.stdout, 'data'))[0]));
  while ((await commandOf(orphan)) !== 'sleep 300') await sleep(20);
  const family = new Family('FAMILY_TEST', `:${process.pid}:`);
  await family.add(child.pid ?? 0);
  await family.observe();
  child.stdin.end();
  await ended;
  try {
    assert.equal(await family.members(), [orphan]);
    const stranger = new Family('FAMILY_TEST', `:${process.pid}:`);
    assert.equal(await stranger.members(), [], 'who did not look in time cannot know');
  } finally {
    process.kill(orphan, 'SIGKILL');
  }
  while ((await identifyProcess(orphan)) !== null) await sleep(20);
  assert.equal(await family.members(), []);
});

test.run();
