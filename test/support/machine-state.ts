/** Everything that a session may change on a user's machine, read and compared. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inspect, isDeepStrictEqual } from 'node:util';
import glob from 'fast-glob';
import { type RepositoryState, repositoryState } from './repository-state.ts';
import type { Sandbox } from './sandbox.ts';

export interface MachineState extends RepositoryState {
  folders: string[];
  /** What lies beside the main tree. */
  beside: string[];
  /** What lies in `.git`, and lock files anywhere below. */
  gitFolder: string[];
  locks: string[];
}

export async function readMachineState(box: Sandbox, cwd: string): Promise<MachineState> {
  const gitFolder = join(cwd, '.git');
  const below = { dot: true, cwd: gitFolder };
  const parent = dirname(cwd);
  const isOurOwn = (name: string) => parent === box.folder && ['state', 'tmp'].includes(name);
  return {
    ...(await repositoryState(cwd)),
    folders: (await glob('**/*', { cwd, dot: true, onlyDirectories: true, ignore: ['.git/**'] }))
      .filter((path) => path !== '.git')
      .sort(),
    beside: (await readdir(parent)).filter((name) => !isOurOwn(name)).sort(),
    gitFolder: (await readdir(gitFolder)).sort(),
    locks: (await glob('**/*.lock', below)).sort(),
  };
}

/** What differs, field by field and line by line, as far as it fits; '' when nothing does. */
export function describeDifferences(expected: object, found: object): string {
  return differingFields(expected, found).join('\n').slice(0, 4000);
}

function differingFields(expected: unknown, found: unknown, at = ''): string[] {
  if (isDeepStrictEqual(expected, found)) return [];
  if (isRecord(expected) && isRecord(found)) {
    return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((key) =>
      differingFields(expected[key], found[key], at === '' ? key : `${at}.${key}`),
    );
  }
  const [before, after] = [linesOf(expected), linesOf(found)];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `${at}: missing ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `${at}: unexpected ${line}`),
    ...(before.every((line) => after.includes(line)) && before.length === after.length
      ? [`${at}: in another order`]
      : []),
  ];
}

function linesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((it) => inspect(it, { breakLength: Infinity }));
  return typeof value === 'string' ? value.split('\n') : [inspect(value, { depth: 6 })];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
