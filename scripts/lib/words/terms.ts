/** What parts of a change bring, and what they use: names, files, packages, scripts, each a key of its kind. */
import { isTest } from '../exam/roles.ts';
import type { RawPath } from '../git/paths.ts';
import {
  isLockfile,
  lockedIn,
  packageKey,
  packagesIn,
  packagesOf,
  scriptsIn,
} from './dependencies.ts';
import { FileNames, importedIn, scriptsRunIn } from './mentions.ts';
import { type Definition, definitionIn, isComment, wordsIn } from './names.ts';

/** A hunk, or a whole version that has none, as a binary file or an empty one; lines are bytes. */
export interface Part {
  path: RawPath;
  /** Whom it is taken from, or whoever has it. */
  models: readonly string[];
  hunk: string | null;
  lines: readonly string[];
  removed: readonly string[];
  /** It makes a file that base has not, or deletes one. */
  change: 'makes' | 'deletes' | null;
  isPicked: boolean;
  /** What picks make of the path: nothing, some hunks, or one model's version. */
  becomes: 'base' | 'hunks' | 'version';
}

/** `changed` is a file that a model changed, for its tests; `locked` a package in a lockfile. */
export type Kind = 'name' | 'file' | 'changed' | 'package' | 'locked' | 'script';

export interface Offer {
  part: Part;
  /** As people know it. */
  name: string;
  isLocal: boolean;
  /** At the margin, or no name at all. */
  isTop: boolean;
}

export type Terms = ReadonlyMap<Kind, ReadonlyMap<string, readonly Offer[]>>;
export type Side = 'lines' | 'removed';

/** Of one name more of them help nobody, and cost. */
const MOST_OFFERS = 20;

/** Texts and data define no names, and texts speak of files that they do not need. */
const TEXT = /\.(?:md|mdx|txt|rst|adoc)$/;
const DATA = /\.(?:jsonc?|ya?ml|toml|csv|svg|html?|s?css|xml|ini|cfg|snap|mod|sum|lock)$/;

/** Whether definitions in it are names that other lines use. */
export function definesNames(path: RawPath): boolean {
  return !TEXT.test(path) && !DATA.test(path);
}

/** @param wanted only what is in it; by default all */
export function broughtBy(parts: readonly Part[], side: Side, wanted?: Terms): Terms {
  const found = new Map<Kind, Map<string, Offer[]>>();
  for (const part of parts) {
    eachBrought(part, side, (kind, key, name = key, definition = undefined) => {
      if (wanted !== undefined && !wanted.get(kind)?.has(key)) return;
      const ofKind = found.get(kind) ?? new Map<string, Offer[]>();
      const offers = ofKind.get(key) ?? [];
      found.set(kind, ofKind.set(key, offers));
      const [isLocal, isTop] = [definition?.isLocal ?? false, !definition?.indent];
      if (offers.length < MOST_OFFERS) offers.push({ part, name, isLocal, isTop });
    });
  }
  return found;
}

/** Longer lines are data, or were written by a program. */
const LONGEST_LINE = 5000;

function linesOf(part: Part, side: Side): string[] {
  return part[side].filter(({ length }) => length <= LONGEST_LINE);
}

type Bring = (kind: Kind, key: string, name?: string, definition?: Definition) => void;

function eachBrought(part: Part, side: Side, bring: Bring): void {
  const { path, change, becomes } = part;
  const lines = linesOf(part, side);
  if (change === (side === 'lines' ? 'makes' : 'deletes')) bring('file', path);
  if (side === 'lines' && change === null && becomes === 'base') bring('changed', path);
  if (isLockfile(path)) for (const name of lockedIn(lines)) bring('locked', name, path);
  for (const name of packagesIn(path, lines).keys()) bring('package', packageKey(name), name);
  for (const name of scriptsIn(path, lines)) bring('script', name);
  if (!definesNames(path)) return;
  for (const line of lines) {
    const found = definitionIn(line);
    if (found !== null) bring('name', found.name, found.name, found);
  }
}

type Use = (kind: Kind, key: string, line: string) => void;

/** Each of the wanted terms that lines of a part use, with the line. */
export function usedBy(part: Part, side: Side, wanted: Terms, use: Use): void {
  const { path } = part;
  const look = (kind: Kind, keys: Iterable<string>, line: string) => {
    for (const key of keys) if (wanted.get(kind)?.has(key)) use(kind, key, line);
  };
  if (side === 'lines' && wanted.has('locked')) look('locked', newPackages(part), '');
  if (isLockfile(path) && wanted.has('package'))
    look('package', [...lockedIn(linesOf(part, side))].map(packageKey), '');
  if (TEXT.test(path) || isLockfile(path)) return;
  const readers = readersFor(path, wanted);
  for (const line of linesOf(part, side))
    if (!isComment(line)) for (const [kind, read] of readers) look(kind, read(line), line);
}

type Reader = [kind: Kind, read: (line: string) => Iterable<string>];

function readersFor(path: RawPath, wanted: Terms): Reader[] {
  const files = (kind: 'file' | 'changed'): Reader => [
    kind,
    (line) => fileNames(wanted.get(kind)).mentionedIn(line, path),
  ];
  const all: Reader[] = [
    ['script', scriptsRunIn],
    files('file'),
    ...(isTest(path) ? [files('changed')] : []),
    ...(definesNames(path) ? CODE_READERS : []),
  ];
  return all.filter(([kind]) => wanted.has(kind));
}

const CODE_READERS: Reader[] = [
  ['name', wordsIn],
  ['package', (line) => importedIn(line).flatMap(packagesOf)],
];

/** What a manifest asks for otherwise than before. */
function newPackages(part: Part): string[] {
  const read = (side: Side) => packagesIn(part.path, linesOf(part, side));
  const [old, now] = [read('removed'), read('lines')];
  return [...now].flatMap(([name, wanted]) => (old.get(name) === wanted ? [] : name));
}

const indexes = new WeakMap<ReadonlyMap<string, unknown>, FileNames>();

/** Made once for all parts. */
function fileNames(paths: ReadonlyMap<string, unknown> = new Map()): FileNames {
  const index = indexes.get(paths) ?? new FileNames(paths.keys());
  indexes.set(paths, index);
  return index;
}
