/** What a user or a model does in a working tree, with plain files and plain git. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { absolute } from './awkward-cases-photo.ts';
import { type Awkward, writeAwkward } from './awkward-files.ts';
import type { Sandbox } from './sandbox.ts';

/** Files by path, as they are to be; null: nothing is there. */
export type Contents = Record<RawPath, Awkward | null>;

/** A command of the case's own that takes longer hangs, and the case is wrong. */
const COMMAND_LIMIT_MS = 60_000;

export interface Hands {
  /** The working tree. */
  root: string;
  box: Sandbox;
  /** What lies at these paths is replaced, never written through; null takes it away. */
  put(contents: Contents): Promise<void>;
  remove(...paths: RawPath[]): void;
  move(from: RawPath, to: RawPath): void;
  executable(path: RawPath, isExecutable: boolean): void;
  read(path: RawPath): Buffer;
  fifo(path: RawPath): Promise<void>;
  socket(path: RawPath): Promise<void>;
  /** git as people run it: with their configuration, hooks and all. An exit status other than 0 is an error. */
  git(...words: string[]): Promise<string>;
  /** The same where git is expected to stop half way, as at a conflict. */
  tryGit(...words: string[]): Promise<string>;
  /** Any other program. */
  run(file: string, ...words: string[]): Promise<string>;
  /** This working tree's own git directory. */
  gitDir(): Promise<string>;
  /** The same hands in another folder. */
  in(folder: string): Hands;
}

export function handsIn(box: Sandbox, root: string): Hands {
  return {
    root,
    box,
    put: (contents) => put(root, contents),
    remove: (...paths) => {
      // What is not there cannot be what the case means.
      for (const path of paths) rmSync(absolute(root, path), { recursive: true });
    },
    move: (from, to) => renameSync(absolute(root, from), absolute(root, to)),
    executable: (path, isExecutable) =>
      chmodSync(absolute(root, path), isExecutable ? 0o755 : 0o644),
    read: (path) => readFileSync(absolute(root, path)),
    fifo: (path) => run(box, root, 'mkfifo', ['--', path]).then(() => undefined),
    socket: (path) => leaveSocket(join(root, path)),
    git: (...words) => run(box, root, 'git', words),
    tryGit: (...words) => run(box, root, 'git', words, [0, 1, 2, 128]),
    run: (file, ...words) => run(box, root, file, words),
    gitDir: () => run(box, root, 'git', ['rev-parse', '--absolute-git-dir']),
    in: (folder) => handsIn(box, folder),
  };
}

async function put(root: string, contents: Contents): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    rmSync(absolute(root, path), { recursive: true, force: true });
    if (content !== null) await writeAwkward(root, { [path]: content });
  }
}

/** Node takes a socket away when it closes it; this one stays open, and with it the file. */
function leaveSocket(path: string): Promise<void> {
  const server = createServer().unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

async function run(
  box: Sandbox,
  cwd: string,
  file: string,
  args: readonly string[],
  answers: readonly number[] = [0],
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand({
    ...{ file, args, cwd, env: box.env },
    timeoutMs: COMMAND_LIMIT_MS,
  });
  if (answers.includes(exitCode)) return stdout.toString('utf8').replace(/\n$/, '');
  throw new Error(`${file} ${args.join(' ')} in ${cwd} answered ${exitCode}: ${stderr}`);
}

/** A program that leaves a file in the canary folder when it is run, and then does `then` with its input. */
export function trap({ box }: Hands, name: string, then = 'cat'): string {
  const program = join(box.folder, 'traps', name);
  mkdirSync(join(box.folder, 'traps'), { recursive: true });
  mkdirSync(canaries(box), { recursive: true });
  writeFileSync(program, `#!/bin/sh\n: > '${join(canaries(box), name)}'\n${then}\n`);
  chmodSync(program, 0o755);
  return program;
}

/** Where traps leave their files. */
export function canaries(box: Sandbox): string {
  return join(box.folder, 'canaries');
}

/** Writes every tracked file anew, so that attributes and filters show in it as in any clone. */
export async function checkOutAgain(user: Hands): Promise<void> {
  for (const path of (await user.git('ls-files', '-z')).split('\0').filter(Boolean)) {
    if (lstatSync(join(user.root, path)).isFile()) user.remove(path);
  }
  await user.git('checkout', '--quiet', '--', '.');
}
