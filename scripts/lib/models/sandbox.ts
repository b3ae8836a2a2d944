/** `--sandbox`: a run that can read everything and write only what is its own. The one place that knows the tools for it. */
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, isAbsolute, join } from 'node:path';
import { mkdir } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { runCommand } from '../process/command.ts';
import type { Backend } from './backend.ts';
import { findProgram } from './find-program.ts';

/** What a run may write, and what it may not although it lies within something that it may. */
export interface SandboxPlaces {
  /** Folders and files that exist. */
  writable: readonly string[];
  /** Folders: the user's repository and home, other models' worktrees, the session. */
  protected: readonly string[];
  temporary: readonly string[];
}

export interface Sandbox {
  tool: 'bwrap' | 'sandbox-exec';
  /** Absolute. */
  program: string;
}

/**
 * The sandbox of this machine, tried out.
 * @throws Refusal `no-sandbox` with the reason: a run that needs one is never started without
 */
export async function findSandbox(env: NodeJS.ProcessEnv): Promise<Sandbox> {
  const tool = process.platform === 'darwin' ? 'sandbox-exec' : 'bwrap';
  const program = await findProgram(tool, env);
  if (program === null) throw noSandbox(tool, `${tool} was not found`);
  const sandbox: Sandbox = { tool, program };
  const nothing = { writable: [], protected: [], temporary: [] };
  const trial = await runCommand({
    ...sandboxed(sandbox, nothing, { file: 'true', args: [], cwd: '/' }),
    cwd: '/',
    env: { PATH: env.PATH },
    timeoutMs: 10_000,
  });
  if (trial.exitCode !== 0) {
    throw noSandbox(
      tool,
      `${tool} does not work here: ${trial.stderr.trim() || `exit status ${trial.exitCode}`}`,
    );
  }
  return sandbox;
}

function noSandbox(tool: string, why: string): Refusal {
  return new Refusal({
    code: 'no-sandbox',
    message: `A sandbox was asked for, and there is none: ${why}.`,
    hint:
      tool === 'bwrap'
        ? 'Install bubblewrap and allow user namespaces, or run without --sandbox.'
        : 'Run without --sandbox.',
    details: { tool },
  });
}

/** What a backend writes beside the worktree, made where it is not there yet: what is not there cannot be opened for it. */
export async function ownPlaces(backend: Backend, env: NodeJS.ProcessEnv): Promise<string[]> {
  const places = backend.writes.flatMap((place) => placeIn(place, env) ?? []);
  for (const place of places) {
    // A name with an ending is a file of settings: if there is none, it is not ours to begin one.
    if (extname(place) === '') await mkdir(place, { recursive: true, mode: 0o700 });
  }
  return places.filter((place) => existsSync(place)).map((place) => realpathSync(place));
}

/** `~/.codex`, `$CODEX_HOME`, `/absolute`; null where the variable is not set. */
function placeIn(place: string, env: NodeJS.ProcessEnv): string | null {
  const [first = '', ...rest] = place.split('/');
  const root = first === '~' ? env.HOME : first.startsWith('$') ? env[first.slice(1)] : first;
  if (root === undefined || (root === '' && first !== '')) return null;
  const path = join(root === '' ? '/' : root, ...rest);
  return isAbsolute(path) ? path : null;
}

/** Where programs put what nobody keeps. */
export function temporaryPlaces(): string[] {
  const places = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'].filter((place) => existsSync(place));
  return [...new Set(places.map((place) => realpathSync(place)))];
}

export interface PlainCommand {
  file: string;
  args: readonly string[];
  cwd: string;
}

/** The same command, in the sandbox. */
export function sandboxed(
  { tool, program }: Sandbox,
  places: SandboxPlaces,
  { file, args, cwd }: PlainCommand,
): { file: string; args: string[] } {
  const all = withInnerTemporary(places);
  return tool === 'bwrap'
    ? { file: program, args: [...bubblewrap(all, cwd), '--', file, ...args] }
    : { file: program, args: ['-p', profile(all), file, ...args] };
}

/** A temporary folder inside of one that is closed, such as `~/tmp`, is opened again; programs wait for ever without one. */
function withInnerTemporary(places: SandboxPlaces): SandboxPlaces {
  const isIn = (inner: string, outer: string) => inner.startsWith(`${outer}/`);
  const inner = places.temporary.filter(
    (place) =>
      places.protected.some((kept) => isIn(place, kept)) &&
      !places.protected.some((kept) => kept === place || isIn(kept, place)),
  );
  return { ...places, writable: [...places.writable, ...inner] };
}

/**
 * What is mounted later lies over what was mounted before. Without `--die-with-parent`: bwrap would end at the first
 * signal, and take the program with it before that could end gently.
 */
function bubblewrap(
  { writable, protected: kept, temporary }: SandboxPlaces,
  cwd: string,
): string[] {
  const bind = (kind: string) => (place: string) => [kind, place, place];
  return [
    '--unshare-pid',
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...temporary.filter((place) => place !== '/dev/shm').flatMap(bind('--bind')),
    ...outerFirst(kept).flatMap(bind('--ro-bind')),
    ...outerFirst(writable).flatMap(bind('--bind')),
    ...['--chdir', cwd],
  ];
}

/** Of several rules the last one that fits counts. */
function profile({ writable, protected: kept, temporary }: SandboxPlaces): string {
  const rule = (verb: string, places: readonly string[]) =>
    places.length === 0
      ? ''
      : `(${verb} file-write* ${places.map((place) => `(subpath ${JSON.stringify(place)})`).join(' ')})`;
  return [
    '(version 1)',
    '(allow default)',
    '(deny file-write*)',
    rule('allow', ['/dev', ...temporary]),
    rule('deny', kept),
    rule('allow', writable),
  ].join('');
}

function outerFirst(places: readonly string[]): string[] {
  return [...new Set(places)].sort((a, b) => a.length - b.length);
}
