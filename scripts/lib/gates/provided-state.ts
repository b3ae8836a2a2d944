/** What lies in provided folders, so that what gates leave there can be told and taken away. */
import { lstatSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { RawPath } from '../git/paths.ts';
import { placeOf } from '../git/survey.ts';

/** Path to what changes when the entry does; of a folder its mode alone. */
export type ProvidedState = ReadonlyMap<RawPath, string>;

/** @param paths provided ones, relative to the worktree */
export function readProvided(directory: string, paths: readonly RawPath[]): ProvidedState {
  const state = new Map<RawPath, string>();
  const open = [...paths];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const found = lstatSync(placeOf(directory, path), { throwIfNoEntry: false });
    if (found === undefined) continue;
    const { mode, size, ctimeMs } = found;
    state.set(path, found.isDirectory() ? `${mode}` : `${mode} ${size} ${ctimeMs}`);
    if (!found.isDirectory()) continue;
    for (const name of readdirSync(placeOf(directory, path), { encoding: 'latin1' }))
      open.push(`${path}/${name}`);
  }
  return state;
}

export interface LeftByGates {
  /** New entries, the topmost of them. */
  added: RawPath[];
  /** What has to be provided anew: a provided path, or a package or cache of node_modules. */
  changed: RawPath[];
}

/** @param paths those that `before` was read of */
export function leftByGates(
  before: ProvidedState,
  after: ProvidedState,
  paths: readonly RawPath[],
): LeftByGates {
  const added = [...after.keys()].filter((path) => !before.has(path) && isTopmost(path, before));
  const others = [...before].filter(([path, state]) => after.get(path) !== state);
  const changed = others.map(([path]) => partOf(path, before, paths));
  return { added, changed: [...new Set(changed)] };
}

function isTopmost(path: RawPath, before: ProvidedState): boolean {
  const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  return before.has(parent) || parent === '' || !path.includes('/');
}

/** Folders of node_modules are copied as they are; links in it, scopes and all else are made to fit with the whole. */
function partOf(path: RawPath, before: ProvidedState, paths: readonly RawPath[]): RawPath {
  const whole = paths.find((one) => path === one || path.startsWith(`${one}/`)) ?? path;
  const name = path.slice(whole.length + 1).split('/')[0] ?? '';
  const part = `${whole}/${name}`;
  const isFolder = /^\d+$/.test(before.get(part) ?? '');
  return basename(whole) === 'node_modules' && isFolder && !/^(@|\.bin$|\.pnpm$)/.test(name)
    ? part
    : whole;
}
