/** What a gate (and a setup command) finds around it: the user's own environment, and what keeps worktrees apart. */
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from '../disk.ts';
import { scrubbedEnvironment } from '../git/git.ts';
import { runCommand } from '../process/command.ts';
import { MARK_VARIABLE } from '../process/supervise.ts';

/** What one worktree has for itself, so that gates of several can run beside each other. */
export interface Apart {
  /** A temporary folder of its own. */
  temporary: string;
  /** The first of PORT_COUNT neighbouring ports of 127.0.0.1 that were free. */
  port: number;
}

export const PORT_COUNT = 10;

/** Below those that Linux (32768) and macOS (49152) give to outgoing connections by themselves. */
const PORTS = { first: 20_000, last: 32_000 } as const;

/** What a test runner around us sets for itself; FORCE_COLOR would beat NO_COLOR. */
const OURS = new Set(['NODE_TEST_CONTEXT', 'FORCE_COLOR']);

/** The environment of a gate: the caller's, without what would make it another run than the user's own in that folder. */
export function gateEnvironment(
  env: NodeJS.ProcessEnv,
  mark: string,
  apart: Apart | null = null,
): NodeJS.ProcessEnv {
  const kept = Object.entries(scrubbedEnvironment(env)).filter(
    ([name]) => (!name.startsWith('MM_') || name === MARK_VARIABLE) && !OURS.has(name),
  );
  return {
    ...Object.fromEntries(kept),
    CI: '1',
    NO_COLOR: '1',
    ...(apart === null ? {} : variablesOf(apart)),
    [MARK_VARIABLE]: `${env[MARK_VARIABLE] ?? ':'}${mark}:`,
  };
}

/** As documented in references/gates.md. Not PORT: tests that expect the project's own default would break by it. */
export function variablesOf({ temporary, port }: Apart): NodeJS.ProcessEnv {
  return {
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
    MM_PORT: String(port),
    MM_PORT_COUNT: String(PORT_COUNT),
  };
}

/**
 * Gives `action` a temporary folder and ports that no other worktree has. The folder lies in the system's own one: the
 * path of a socket in it must stay short (104 characters on macOS).
 * @param owner in the folder's name, so that what a killed process left is known
 */
export async function apartFromOthers<Result>(
  owner: string,
  action: (apart: Apart) => Promise<Result>,
): Promise<Result> {
  const temporary = await mkdtemp(join(tmpdir(), temporaryPrefix(owner)));
  const port = await takePorts();
  try {
    return await action({ temporary, port });
  } finally {
    taken.delete(port);
    await removeFolder(temporary);
  }
}

function temporaryPrefix(owner: string): string {
  return `mm-${owner}-`;
}

/** Removes what killed processes of an owner left. None of its gates may be running. */
export async function removeTemporaryFolders(owner: string): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names.filter((it) => it.startsWith(temporaryPrefix(owner))))
    await removeFolder(join(tmpdir(), name));
}

/** Also one with folders that may not be written to, as tools make them for their caches. */
async function removeFolder(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 };
  try {
    await rm(path, options);
  } catch {
    const args = ['-R', 'u+rwx', path];
    await runCommand({ file: 'chmod', args, cwd: '/', env: { PATH: process.env.PATH } });
    await rm(path, options);
  }
}

/** Given out by this process, whether somebody listens there yet or not. */
const taken = new Set<number>();

/** Another process of ours may look at the same moment: a random place makes that one case in a thousand. */
async function takePorts(): Promise<number> {
  const blocks = (PORTS.last - PORTS.first) / PORT_COUNT;
  for (let attempt = 0; attempt < blocks; attempt++) {
    const port = PORTS.first + PORT_COUNT * Math.floor(Math.random() * blocks);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await areFree(port)) return port;
    taken.delete(port);
  }
  throw new Error(`No ${PORT_COUNT} neighbouring ports are free from ${PORTS.first} on.`);
}

async function areFree(first: number): Promise<boolean> {
  for (let port = first; port < first + PORT_COUNT; port++) {
    if (!(await isFree(port))) return false;
  }
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
