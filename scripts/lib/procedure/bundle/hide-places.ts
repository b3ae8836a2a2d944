/** Where something lies on this machine tells others nothing, and too much: texts that leave it name no such place. */
import { realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { stateRoot } from '../../session/paths.ts';
import type { Session } from '../../session/session.ts';
import { skillFolder } from '../../skill-folder.ts';

/** An absolute path, and what stands for it: '' makes what lies below it relative. */
export interface HiddenPlace {
  path: string;
  shown: string;
}

/** The places that the texts of a session may name. */
export function placesOf({ directory, data }: Session): HiddenPlace[] {
  const home = process.env.HOME || homedir();
  return withRealPaths([
    { path: directory, shown: '' },
    { path: data.main_tree, shown: '' },
    ...data.worktrees.map(({ path }) => ({ path, shown: '' })),
    // A main tree may have its git directory elsewhere.
    { path: data.common_dir, shown: '.git' },
    ...data.models.flatMap(({ binary }) =>
      binary === null ? [] : [{ path: binary, shown: basename(binary) }],
    ),
    // Scratch worktrees lie beside the main tree.
    { path: dirname(data.main_tree), shown: '..' },
    { path: stateRoot(), shown: '$AI_AIP_ROOT' },
    { path: skillFolder, shown: '$SKILL' },
    { path: process.execPath, shown: basename(process.execPath) },
    { path: home, shown: '~' },
    { path: tmpdir(), shown: '$TMPDIR' },
    { path: '/tmp', shown: '$TMPDIR' },
  ]);
}

/** The same place has two names where a link leads to it; programs print either. */
function withRealPaths(places: readonly HiddenPlace[]): HiddenPlace[] {
  return places.flatMap((place) => {
    try {
      const real = realpathSync(place.path);
      return real === place.path ? [place] : [place, { ...place, path: real }];
    } catch {
      // It is gone: nobody can say where it led.
      return [place];
    }
  });
}

/** A text with all places hidden. */
export function hidePlaces(text: string, places: readonly HiddenPlace[]): string {
  // The longest first: one may lie inside another.
  const known = places
    .map((place) => ({ ...place, path: place.path.replace(/\/+$/, '') }))
    .filter(({ path }) => path.startsWith('/'))
    .sort((a, b) => b.path.length - a.path.length);
  return known.reduce((rest, place) => hideOne(rest, place), text);
}

function hideOne(text: string, { path, shown }: HiddenPlace): string {
  // In a URL it may be written in another way.
  const names = [...new Set([path, encodeURI(path)])].filter((name) => text.includes(name));
  return names.reduce(
    (rest, name) =>
      rest.replaceAll(patternFor(name), (_, slash: string | undefined) =>
        shown === '' ? (slash === undefined ? './' : '') : `${shown}${slash ?? ''}`,
      ),
    text,
  );
}

/** So many names in a path, and it stands in no text by chance. */
const TELLING_DEPTH = 3;
/** Where a path begins: not inside of another one or a word; after an option such as `-I` all the same. */
const BEGINNING = String.raw`(?:(?<![\p{L}\p{N}_.$~-])|(?<=(?:^|[\s"'=])-[A-Za-z]))`;
/** Where its last name ends. */
const END = String.raw`(?:(\/)|(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}]))`;

/** A short one (`/tmp`, `/root`) is meant only where a path begins: `src/tmp/x` is a path of the repository. */
function patternFor(name: string): RegExp {
  const depth = name.split('/').length - 1;
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(`${depth < TELLING_DEPTH ? BEGINNING : ''}${literal}${END}`, 'gu');
}

/** Data of JSON with all its texts changed, but for fields whose names are given: those are exact. */
export function changeTexts(
  data: unknown,
  change: (text: string) => string,
  exact: ReadonlySet<string>,
): unknown {
  if (typeof data === 'string') return change(data);
  if (Array.isArray(data)) return data.map((one) => changeTexts(one, change, exact));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      exact.has(key) ? value : changeTexts(value, change, exact),
    ]),
  );
}
