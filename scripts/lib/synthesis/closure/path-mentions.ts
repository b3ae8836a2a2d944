/** Files that a text names by their paths: scripts, settings, literals in code, links in documents. */
import { posix } from 'node:path';
import { isLockfile, isManifest } from '../../code/dependencies.ts';
import { languageOf } from '../../code/language.ts';
import { type CheckedFile, type Need, NO, type Trees, yes } from './need.ts';
import { quoted } from './shown.ts';
import { folderOf, type SourceTree } from './source-tree.ts';

type Kind = 'code' | 'document' | 'other';

/** A name of one step and more; `$ROOT/a.sh` with its variable. */
const PATH = /[\p{L}\p{N}_@+~.$-]+(?:\/[\p{L}\p{N}_@+~.$-]+)*/gu;
const QUOTE = /["'`]/;
/** A program, seen from a file that is named without its ending. */
const ENDINGS = '.ts .tsx .js .jsx .mjs .cjs .vue .svelte .rb /index.ts /index.tsx /index.js'.split(
  ' ',
);

/** Paths that some tree has and the synthesis has not, and the last names by which they may be called. */
export interface Absent {
  paths: ReadonlySet<string>;
  names: ReadonlySet<string>;
}

export function absentPaths({ synthesis, base, candidates, changed }: Trees): Absent {
  const trees = [...candidates, base];
  const paths = changed.filter(
    (path) => !synthesis.has(path) && trees.some((tree) => tree.has(path)),
  );
  return { paths: new Set(paths), names: new Set(paths.flatMap(lastNames)) };
}

export function mentionNeeds(
  file: CheckedFile,
  text: string,
  absent: Absent,
  { synthesis }: Trees,
): Need[] {
  if (absent.paths.size === 0 || isLockfile(file.path)) return [];
  const found = new Map<string, string>();
  for (const { written, isQuoted } of mentionsIn(file.path, text)) {
    if (!absent.names.has(posix.basename(written))) continue;
    for (const path of meant(file.path, written, isQuoted, synthesis))
      if (absent.paths.has(path) && !found.has(path)) found.set(path, written);
  }
  const severity = kindOf(file.path) === 'document' ? 'note' : 'likely';
  return [...found].map(([path, written]) => ({
    needs: 'file',
    name: () => path,
    phrase: `names ${quoted(written)}`,
    together: null,
    verb: ['has', 'have'],
    severity,
    isOwn: true,
    after: null,
    answer: (tree) => (tree.has(path) ? yes([path]) : NO),
  }));
}

/** With its ending and without; of an index, its folder. */
function lastNames(path: string): string[] {
  const name = posix.basename(path);
  const stem = name.replace(/\.[^.]+$/, '');
  return stem === 'index' ? [name, stem, posix.basename(folderOf(path))] : [name, stem];
}

/** Whose paths stand in quotes. */
export function isCode(path: string): boolean {
  return (
    languageOf(path) !== null ||
    /\.(rb|rs|java|kts?|scala|php|cs|swift|dart|c|h|cc|cpp|hpp|m|vue|svelte|astro|html?)$/.test(
      path,
    )
  );
}

function kindOf(path: string): Kind {
  if (isCode(path)) return 'code';
  if (isManifest(path) || /(^|\/)CMakeLists\.txt$/.test(path)) return 'other';
  return /\.(md|mdx|markdown|rst|adoc|txt)$|(^|\/)(README|CHANGELOG|NOTES|LICENSE)$/i.test(path)
    ? 'document'
    : 'other';
}

/** In code, what is a whole literal; in documents, what is more than a name; in all else, comments left out, each path. */
function mentionsIn(path: string, text: string): { written: string; isQuoted: boolean }[] {
  const kind = kindOf(path);
  const found: { written: string; isQuoted: boolean }[] = [];
  for (const { 0: match, index } of withoutComments(path, text).matchAll(PATH)) {
    const written = match.replace(/\.+$/, '').replace(/^\$[^/]*\//, '');
    const isQuoted =
      QUOTE.test(text[index - 1] ?? '') && /["'`?#]/.test(text[index + match.length] ?? '');
    const isPath = kind === 'code' ? isQuoted : /[/.]/.test(written);
    if (isPath && (kind !== 'document' || written.includes('/'))) found.push({ written, isQuoted });
  }
  return found;
}

const HASH_COMMENTS =
  /\.(sh|bash|zsh|ya?ml|toml|mk|just|cfg|ini)$|(^|\/)(\.?[Jj]ustfile|(GNU)?[Mm]akefile|Dockerfile|Containerfile|Procfile)$/;

/** Where # begins a comment; the text keeps its length. */
function withoutComments(path: string, text: string): string {
  if (!HASH_COMMENTS.test(path)) return text;
  return text
    .split('\n')
    .map((line) => (/^\s*#(?!!)/.test(line) ? ' '.repeat(line.length) : line))
    .join('\n');
}

/** As it is seen from the top and from the file; without its ending only in quotes, and where nothing else is meant. */
function meant(from: string, written: string, isQuoted: boolean, synthesis: SourceTree): string[] {
  const relative = posix.normalize(`${folderOf(from)}${written}`);
  const isRelative = /^\.{1,2}\//.test(written);
  const places =
    isRelative && folderOf(from) !== '' && kindOf(from) === 'code'
      ? [relative]
      : [posix.normalize(written), relative];
  const isWhole = posix.extname(written) !== '' || !isQuoted || languageOf(from) !== null;
  return places.flatMap((place) => {
    if (place.startsWith('../')) return [];
    const others = isWhole ? [] : ENDINGS.map((ending) => `${place}${ending}`);
    return others.some((other) => synthesis.has(other)) ? [place] : [place, ...others];
  });
}
