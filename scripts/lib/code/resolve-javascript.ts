import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Language } from './code-facts.ts';
import { folderOf, pathFrom } from './repository-path.ts';
import type { ImportContext, ResolvedImport } from './resolve-import.ts';

/** What a path without its ending may mean, the first that is there counts: TypeScript's, bundlers', Node's. */
const ENDINGS = ['.ts', '.tsx', '.d.ts', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
/** TypeScript imports by the name of what it will make ("Modules - Theory", module specifiers reference outputs). */
const SOURCES = new Map([
  ['.js', ['.ts', '.tsx', '.d.ts']],
  ['.jsx', ['.tsx', '.d.ts']],
  ['.mjs', ['.mts', '.d.mts']],
  ['.cjs', ['.cts', '.d.cts']],
]);

export function resolveJavaScript(
  fromPath: string,
  specifier: string,
  language: Language,
  project: ImportContext,
): ResolvedImport {
  // `./icon.svg?raw`: for the bundler.
  const [path = ''] = specifier.split('?', 1);
  if (/^\.\.?(?:\/|$)/.test(path)) return relative(fromPath, path, language, project);
  return bare(path, project);
}

function relative(
  fromPath: string,
  specifier: string,
  language: Language,
  { has }: ImportContext,
): ResolvedImport {
  const path = pathFrom(folderOf(fromPath), specifier);
  if (path === null) return { kind: 'unknown' };
  const isFolder = path === '' || /(?:^|\/)\.{0,2}$/.test(specifier);
  const files = isFolder ? [] : candidates(path, language);
  const indexes = ENDINGS.map((ending) => posix.join(path, `index${ending}`));
  const all = [...files, ...indexes];
  const found = all.find(has);
  if (found !== undefined) return { kind: 'file', path: found };
  // Whatever else can be imported: a style sheet, an image, or a folder whose package.json says more.
  if (path !== '' && has(path)) return { kind: 'file', path };
  const isWhole = files.length > 0 && posix.extname(path) !== '';
  return { kind: 'missing-file', candidates: [...new Set(isWhole ? [path, ...all] : all)] };
}

function candidates(path: string, language: Language): string[] {
  const ending = posix.extname(path);
  const stem = path.slice(0, path.length - ending.length);
  const sources = (SOURCES.get(ending) ?? []).map((it) => stem + it);
  // A folder may be called `v1.0`; what has an ending of code is a file.
  const asWritten = ENDINGS.includes(ending) ? [path] : [];
  // To TypeScript what it makes itself counts only where there is nothing to make it of.
  const exact = language === 'javascript' ? [...asWritten, ...sources] : [...sources, ...asWritten];
  return [...exact, ...ENDINGS.map((it) => path + it)];
}

/** A name; `#x`, `~/x`, `@/x`, `/x`, `https://x` mean what some configuration, or nobody here, says. */
function bare(specifier: string, { has }: ImportContext): ResolvedImport {
  if (isBuiltin(specifier) || specifier.startsWith('node:')) return { kind: 'builtin' };
  const name = /^(?:@[\w.~-]+\/)?[A-Za-z0-9][\w.~-]*/.exec(specifier)?.[0] ?? '';
  const rest = specifier.slice(name.length);
  if (name === '' || (rest !== '' && !rest.startsWith('/'))) return { kind: 'unknown' };
  // `src/a`, `components/a`: a folder of the project's own, by `baseUrl` or a bundler's setting.
  if (rest !== '' && (has(name) || has(`src/${name}`))) return { kind: 'unknown' };
  return { kind: 'package', name };
}
