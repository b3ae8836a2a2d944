import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdir, rm, writeFile } from '../disk.ts';
import { Failure } from '../errors.ts';
import { identifyProcess, ownIdentity } from './processes.ts';

const POLL_MS = 20;
const DEFAULT_PATIENCE_MS = 120_000;
let sequence = 0;

/**
 * Runs `action` while no other process (and no other caller in this one) holds the same lock directory.
 *
 * Lamport's bakery, with files for memory: every contender takes a ticket whose name holds its number and its
 * process's identity, and waits for all lower tickets of live processes. A killed holder blocks nobody, and
 * because a ticket's name is never used twice, removing a dead one cannot hit a live one.
 * @throws Failure `locked` when the holder keeps it longer than `patienceMs`
 */
export async function withLock<T>(
  directory: string,
  action: () => Promise<T>,
  { patienceMs = DEFAULT_PATIENCE_MS, signal }: { patienceMs?: number; signal?: AbortSignal } = {},
): Promise<T> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { pid, started } = await ownIdentity();
  const holder = `${pid}.${nameable(started)}.${sequence++}`;
  const ticket = await takeTicket(directory, holder);
  try {
    await waitForTurn(directory, ticket, Date.now() + patienceMs, signal);
    return await action();
  } finally {
    await rm(join(directory, ticket), { force: true });
  }
}

async function takeTicket(directory: string, holder: string): Promise<string> {
  const choosing = join(directory, `choosing.${holder}`);
  await writeFile(choosing, '', { flag: 'wx' });
  try {
    const highest = Math.max(0, ...(await tickets(directory)).map(({ number }) => number));
    const ticket = `ticket.${String(highest + 1).padStart(9, '0')}.${holder}`;
    await writeFile(join(directory, ticket), '', { flag: 'wx' });
    return ticket;
  } finally {
    await rm(choosing, { force: true });
  }
}

async function waitForTurn(
  directory: string,
  ticket: string,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  // A directory is not read in one instant: a rival may turn from "choosing" into a ticket behind our back.
  // Whoever did so during one reading is seen by the next, so two clear readings in a row are asked for.
  for (let clear = 0; clear < 2; ) {
    signal?.throwIfAborted();
    const ahead = await contendersAhead(directory, ticket);
    clear = ahead.length === 0 ? clear + 1 : 0;
    if (ahead.length === 0) continue;
    if (Date.now() > deadline) {
      throw new Failure({
        code: 'locked',
        message: `Another process (pid ${ahead[0]?.split('.').at(-3)}) has held ${directory} for too long.`,
        hint: 'Wait for it to end, or end it, and run the same command again.',
        details: { directory, held_by: ahead },
      });
    }
    await sleep(POLL_MS);
  }
}

/** Live contenders with a lower ticket, or still choosing one; the leavings of dead ones are swept. */
async function contendersAhead(directory: string, ticket: string): Promise<string[]> {
  const live = [];
  for (const name of await readdir(directory)) {
    if (!name.startsWith('choosing.') && !(name.startsWith('ticket.') && name < ticket)) continue;
    if (await isHeldByLiveProcess(name)) live.push(name);
    else await rm(join(directory, name), { force: true });
  }
  return live;
}

async function tickets(directory: string): Promise<{ number: number }[]> {
  return (await readdir(directory))
    .filter((name) => name.startsWith('ticket.'))
    .map((name) => ({ number: Number(name.split('.')[1]) }));
}

async function isHeldByLiveProcess(name: string): Promise<boolean> {
  const [pid, started] = name.split('.').slice(-3);
  const identity = await identifyProcess(Number(pid));
  return identity !== null && nameable(identity.started) === started;
}

function nameable(started: string): string {
  return started.replaceAll(/\W/g, '-');
}
