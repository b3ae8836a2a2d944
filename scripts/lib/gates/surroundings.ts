/** What besides a tree and a command can change a gate's answer: what was provided, and the programs themselves. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { withoutRunner } from './commands.ts';

/** Larger ones are told apart by size and time. */
const HASHED_BYTES = 1024 ** 2;

/** Written by package managers when they are done: they name every package and its version. */
const MARKERS = [
  '.package-lock.json',
  '.modules.yaml',
  '.yarn-state.yml',
  '.yarn-integrity',
  'composer/installed.json',
  'modules.txt',
];

/**
 * A text that changes when what lies at the given paths does: an `.env` by its content; a folder of dependencies by
 * what its package manager wrote down, or else by the packages in it. Copies give the same text as what they were
 * copied from. Caches that gates leave in such folders (names with a dot in front) do not count.
 */
export function describeSurroundings(directory: string, paths: readonly string[]): string {
  return [...paths]
    .sort()
    .map((path) => `${path}: ${describePath(join(directory, path))}`)
    .join('\n');
}

function describePath(path: string): string {
  // Followed: a link into the main tree stands for what it leads to.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'absent';
  if (found.isDirectory()) return describeFolder(path);
  return found.isFile() ? describeFile(path, found) : 'special';
}

function describeFile(path: string, { size, mtimeMs }: Stats): string {
  return size > HASHED_BYTES ? `${size} bytes of ${mtimeMs}` : hash(readFileSync(path));
}

function describeFolder(path: string): string {
  for (const marker of MARKERS) {
    const found = lstatSync(join(path, marker), { throwIfNoEntry: false });
    if (found?.isFile()) return `${marker} ${hash(readFileSync(join(path, marker)))}`;
  }
  return hash(packagesIn(path).join('\n'));
}

/** The names of what is installed: in a virtual environment of Python they end in their versions. */
function packagesIn(path: string): string[] {
  const library = join(path, 'lib');
  const python = namesIn(library).find((name) => name.startsWith('python'));
  const packages = python === undefined ? path : join(library, python, 'site-packages');
  return namesIn(packages);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && name !== '__pycache__')
      .sort();
  } catch {
    return [];
  }
}

/** Words of a command line that are no programs of their own. */
const SHELL_WORDS =
  /^(cd|export|set|test|\[|true|false|exit|echo|printf|then|else|if|fi|do|done|for|while|!|exec|time)$/;

/**
 * A text that changes when one of the programs that a command line starts is replaced: where each really lies, its size
 * and time. To ask each for its version would take longer than many a gate.
 */
export function describePrograms(command: string, path: string = process.env.PATH ?? ''): string {
  const folders = path.split(delimiter).filter((folder) => folder.startsWith('/'));
  return ['node', ...programsIn(command)]
    .map((name) => `${name}: ${describeProgram(name, folders)}`)
    .join('\n');
}

/** The first words of the parts of a command line, with what a runner in front of one runs. */
export function programsIn(command: string): string[] {
  const parts = command.split(/&&|\|\||[;|&\n(){}]/).map((part) => part.trim());
  const words = parts.flatMap((part) => [firstWord(part), firstWord(withoutRunner(part))]);
  return [...new Set(words)].filter((word) => /^[\w.+-]+$/.test(word) && !SHELL_WORDS.test(word));
}

function firstWord(part: string): string {
  const words = part.split(/\s+/).filter((word) => !/^\w+=/.test(word));
  return basename(words[0] ?? '');
}

function describeProgram(name: string, folders: readonly string[]): string {
  for (const folder of folders) {
    const real = realpathOrNull(join(folder, name));
    const found = real === null ? undefined : statSync(real, { throwIfNoEntry: false });
    if (found?.isFile()) return `${real} ${found.size} ${found.mtimeMs}`;
  }
  return 'not on PATH';
}

function realpathOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function hash(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
