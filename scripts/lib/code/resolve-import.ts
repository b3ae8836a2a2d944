/** Where an import leads, as far as names tell. Nothing is read: the project says which paths it has. */
import type { Language } from './code-facts.ts';
import { resolveGo } from './resolve-go.ts';
import { resolveJavaScript } from './resolve-javascript.ts';
import { resolvePython } from './resolve-python.ts';

export interface ImportContext {
  /** Whether the project has a file, or a folder, of this path; paths are relative to the repository, with `/`. */
  has(path: string): boolean;
  /** The folders with a go.mod (the repository itself: empty), and the names that these give to their modules. */
  goModules: readonly { dir: string; module: string }[];
}

export type ResolvedImport =
  /** Of Go, and of a Python package without `__init__.py`, the folder. */
  | { kind: 'file'; path: string }
  /** It can only be a part of the project, which has none of these. */
  | { kind: 'missing-file'; candidates: string[] }
  | { kind: 'package'; name: string }
  /** Comes with the language. */
  | { kind: 'builtin' }
  /** Aliases, URLs, paths that lead out of the repository. */
  | { kind: 'unknown' };

/**
 * @param specifier As the file has it. Of Python's `from a import b` it is `a`; whether `b` is a module of its own is
 * asked with `a.b` (after dots: `.b`).
 */
export function resolveImport(
  fromPath: string,
  specifier: string,
  language: Language,
  project: ImportContext,
): ResolvedImport {
  if (specifier === '' || specifier.includes('\0')) return { kind: 'unknown' };
  if (language === 'python') return resolvePython(fromPath, specifier, project);
  if (language === 'go') return resolveGo(fromPath, specifier, project);
  return resolveJavaScript(fromPath, specifier, language, project);
}

/** What a project with these files has: they, and the folders in which they lie. */
export function importContext(
  paths: Iterable<string>,
  goModules: ImportContext['goModules'] = [],
): ImportContext {
  const known = new Set<string>(['']);
  for (const path of paths) {
    let end = path.length;
    while (end > 0 && !known.has(path.slice(0, end))) {
      known.add(path.slice(0, end));
      end = path.lastIndexOf('/', end - 1);
    }
  }
  return { has: (path) => known.has(path), goModules };
}
