/** Before anything runs: picked lines that use what only a part brings that was not picked. */
import { pathText, type RawPath } from '../git/paths.ts';
import { shellWord } from '../shell-word.ts';
import { isLockfile, isManifest, packagesIn, scriptsIn } from './dependencies.ts';
import { definedIn, namesIn } from './names.ts';

/** A change of some lines, by the models that made it; lines are bytes, one character a byte. */
export interface Part {
  path: RawPath;
  models: readonly string[];
  lines: readonly string[];
  removed: readonly string[];
  /** Whether the picks took it. */
  isPicked: boolean;
  /** Whether it makes the file, or goes with it as a whole: then a pick of the path brings it. */
  isNewFile: boolean;
}

export interface MissingPick {
  /** The picked file that needs something. */
  path: string;
  needs: 'file' | 'name' | 'script' | 'package' | 'lockfile';
  name: string;
  /** The picks that have it. */
  provided_by: { model: string; path: string }[];
  /** In words, with the pick that can be pasted. */
  message: string;
}

interface Brought {
  needs: MissingPick['needs'];
  name: string;
  part: Part;
}

/**
 * What parts bring that were not picked, and picked lines of the same model use. Names count that are in no picked line
 * that defines them, and not in base's version of the file.
 * @param baseOf what base holds at a path, as bytes; empty where it has none or it is not known
 */
export function findMissing(
  parts: readonly Part[],
  baseOf: (path: RawPath) => string,
): MissingPick[] {
  const [picked, left] = [parts.filter((it) => it.isPicked), parts.filter((it) => !it.isPicked)];
  const brought = broughtBy(left);
  if (picked.length === 0 || left.length === 0) return [];
  const known = new Set(picked.flatMap(({ lines }) => lines.flatMap(definedIn)));
  const there = new Set(picked.filter((it) => it.isNewFile).map(({ path }) => stemOf(path)));
  const missing = new Map<string, MissingPick>();
  for (const part of picked) {
    const used = usesOf(part, baseOf);
    for (const one of brought.filter((it) => sharesModel(it.part, part))) {
      const isThere = one.needs === 'file' ? there.has(one.name) : known.has(one.name);
      if (isThere || one.part.path === part.path || !used(one)) continue;
      const key = [part.path, one.needs, one.name].join('\0');
      if (!missing.has(key)) missing.set(key, missingOf(part, one));
    }
  }
  const found = [...withoutNamesOfFiles([...missing.values()]), ...lockfilesLeft(parts)];
  return found.sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.name < b.name ? -1 : 1,
  );
}

/** A file that is missing brings its names. */
function withoutNamesOfFiles(found: readonly MissingPick[]): MissingPick[] {
  const places = ({ path, provided_by }: MissingPick) =>
    provided_by.map((provider) => `${path}\0${provider.path}`);
  const files = new Set(found.flatMap((one) => (one.needs === 'file' ? places(one) : [])));
  return found.filter((one) => one.needs !== 'name' || !places(one).some((it) => files.has(it)));
}

function sharesModel(a: Part, b: Part): boolean {
  return a.models.some((model) => b.models.includes(model));
}

/** What looks newly defined in parts, the files that they make, and the packages that they name. */
function broughtBy(parts: readonly Part[]): Brought[] {
  return parts.flatMap((part): Brought[] => {
    const before = new Set(part.removed.flatMap(namesIn));
    const names = new Set(part.lines.flatMap(definedIn).filter((name) => !before.has(name)));
    const packages = packagesIn(part.path, part.lines);
    const old = new Set(packagesIn(part.path, part.removed));
    return [
      ...[...names].map((name) => ({ needs: 'name' as const, name, part })),
      ...packages
        .filter((name) => !old.has(name))
        .map((name) => ({ needs: 'package' as const, name, part })),
      ...scriptsIn(part.path, part.lines)
        .filter((name) => !before.has(name))
        .map((name) => ({ needs: 'script' as const, name, part })),
      ...(part.isNewFile ? [{ needs: 'file' as const, name: stemOf(part.path), part }] : []),
    ];
  });
}

/** `src/slug/index.ts` is imported as `slug`, `src/slug.ts` too. */
function stemOf(path: RawPath): string {
  const steps = path.split('/');
  const stem = (steps.pop() ?? '').replace(/(?<=.)\.[^.]*$/, '');
  return /^(index|__init__|mod|main)$/.test(stem) ? (steps.pop() ?? stem) : stem;
}

/** A line that speaks of other files: by a word of some language, or with a text in quotes. */
const SPEAKS_OF_FILES = /["'`<]|\b(import|from|require|include|use|mod|load|source)\b/;

function usesOf(part: Part, baseOf: (path: RawPath) => string): (one: Brought) => boolean {
  const names = new Set(part.lines.flatMap(namesIn));
  const speaking = part.lines.filter((line) => line.length < 2000 && SPEAKS_OF_FILES.test(line));
  return ({ needs, name }) => {
    if (needs === 'name') return names.has(name) && !hasWord(baseOf(part.path), name);
    if (name.length < 3) return false;
    const mentions = (word: string) => speaking.some((line) => mentionsOf(line, word));
    if (needs === 'file') return mentions(name);
    if (needs === 'script') return part.lines.some((line) => runs(line, name));
    return !isManifest(part.path) && (mentions(name) || mentions(name.replaceAll('-', '_')));
  };
}

/** `./slug.js`, `'slug'`, `a.slug`, `import slug`: the whole word, and no part of another. */
function mentionsOf(line: string, word: string): boolean {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    const [before = ' ', after = ' '] = [line[at - 1], line[at + word.length]];
    if (/[/.'"`\s<(:@]/.test(before) && /[/.'"`\s;,>):]/.test(after)) return true;
  }
  return false;
}

/** `npm run words`, `make words` */
function runs(line: string, name: string): boolean {
  const at = line.indexOf(name);
  if (at < 0 || /[\w:-]/.test(line[at + name.length] ?? ' ')) return false;
  return /\b(run|make|just|task|yarn|pnpm|bun)\s+$/.test(line.slice(Math.max(0, at - 40), at));
}

function hasWord(text: string, word: string): boolean {
  const isPart = (sign: string | undefined) => sign !== undefined && /[\w$]/.test(sign);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!isPart(text[at - 1]) && !isPart(text[at + word.length])) return true;
  return false;
}

/** A manifest that changed its packages, without the lockfile that the same model wrote beside it. */
function lockfilesLeft(parts: readonly Part[]): MissingPick[] {
  const manifests = parts.filter(
    ({ isPicked, path, lines }) => isPicked && packagesIn(path, lines).length > 0,
  );
  const left = parts.filter(({ isPicked, path }) => !isPicked && isLockfile(path));
  const found = manifests.flatMap((part) => {
    const lock = left.find(
      (it) => folderOf(it.path) === folderOf(part.path) && sharesModel(it, part),
    );
    if (lock === undefined) return [];
    return missingOf(part, { needs: 'lockfile', name: pathText(lock.path), part: lock });
  });
  return [...new Map(found.map((one) => [`${one.path}\0${one.name}`, one])).values()];
}

function folderOf(path: RawPath): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

const PHRASES = {
  name: (name: string) => `uses ${name}`,
  file: (name: string) => `speaks of ${name}`,
  script: (name: string) => `runs ${name}`,
  package: (name: string) => `uses the package ${name}`,
  lockfile: () => 'changes the packages',
};

function missingOf(part: Part, { needs, name, part: from }: Brought): MissingPick {
  const models = from.models.filter((model) => part.models.includes(model));
  const path = pathText(from.path);
  const [model = ''] = models;
  const told = needs === 'file' ? path : pathText(name);
  const phrase = PHRASES[needs](shown(told));
  return {
    path: pathText(part.path),
    needs,
    name: told,
    provided_by: models.map((one) => ({ model: one, path })),
    message: `${shown(pathText(part.path))} ${phrase}, which only ${shown(path)} of ${models.join(' and ')} brings: --pick ${shellWord(`${path}=${model}`)}`,
  };
}

/** In one line, whatever a name holds. */
function shown(path: string): string {
  return path.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}
