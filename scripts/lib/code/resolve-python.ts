import { PYTHON_STANDARD_LIBRARY } from './python-standard-library.ts';
import { folderOf, pathFrom } from './repository-path.ts';
import type { ImportContext, ResolvedImport } from './resolve-import.ts';

export function resolvePython(
  fromPath: string,
  specifier: string,
  { has }: ImportContext,
): ResolvedImport {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const names = specifier
    .slice(dots)
    .split('.')
    .filter((name) => name !== '');
  if (dots === 0) return absolute(fromPath, names, has);
  const folder = pathFrom(folderOf(fromPath), '../'.repeat(dots - 1));
  if (folder === null) return { kind: 'unknown' };
  const whole = at(folder, names);
  if (names.length === 0) return { kind: 'file', path: packageOf(folder, has) ?? whole };
  const path = moduleIn(folder, names, has) ?? nameIn(folder, names, has);
  if (path !== null) return { kind: 'file', path };
  return has(whole) ? { kind: 'file', path: whole } : missing([folder], names);
}

type Has = ImportContext['has'];

/** Where Python looks is set when it is started: from the top, from `src`, and from the folders around the file. */
function absolute(fromPath: string, names: readonly string[], has: Has): ResolvedImport {
  const [top] = names;
  if (top === undefined) return { kind: 'unknown' };
  const usual = ['', 'src'];
  const isStandard = PYTHON_STANDARD_LIBRARY.has(top);
  // Only what is run from there hides a module of Python's own; a file beside this one does not.
  const roots = isStandard ? usual : [...new Set([...usual, ...foldersAround(fromPath, has)])];
  const path =
    first(roots, (root) => moduleIn(root, names, has)) ??
    first(roots, (root) => nameIn(root, names, has)) ??
    // A folder is a package even without `__init__.py`, but any other module comes before it (PEP 420).
    (isStandard ? null : first(roots, (root) => (has(at(root, names)) ? at(root, names) : null)));
  if (path !== null) return { kind: 'file', path };
  const own = roots.filter((root) => {
    // In a package `import a` is seldom its neighbour `a.py`: Python 2 looked there, 3 does not.
    if (!usual.includes(root) && packageOf(root, has) !== null) return false;
    const folder = at(root, [top]);
    return modulePaths(folder).some(has) || (!isStandard && has(folder));
  });
  if (own.length > 0) return missing(own, names);
  return isStandard ? { kind: 'builtin' } : { kind: 'package', name: top };
}

/** Nearest first; packages last, because a file in a package is seldom started by itself. */
function foldersAround(path: string, has: Has): string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  const isPackage = (folder: string) => packageOf(folder, has) !== null;
  return [...folders.filter((it) => !isPackage(it)), ...folders.filter(isPackage)];
}

function moduleIn(folder: string, names: readonly string[], has: Has): string | null {
  return modulePaths(at(folder, names)).find(has) ?? null;
}

/** `a/b.py`, for a name `c` in it: a module that is a file holds no modules, so `a.b.c` can be nothing else. */
function nameIn(folder: string, names: readonly string[], has: Has): string | null {
  if (names.length < 2) return null;
  const path = at(folder, names.slice(0, -1));
  return [`${path}.py`, `${path}.pyi`].find(has) ?? null;
}

function modulePaths(path: string): string[] {
  return [`${path}.py`, `${path}/__init__.py`, `${path}.pyi`, `${path}/__init__.pyi`];
}

function packageOf(folder: string, has: Has): string | null {
  return [at(folder, ['__init__.py']), at(folder, ['__init__.pyi'])].find(has) ?? null;
}

function at(folder: string, names: readonly string[]): string {
  return [...(folder === '' ? [] : [folder]), ...names].join('/');
}

function first<T>(roots: readonly string[], look: (root: string) => T | null): T | null {
  for (const root of roots) {
    const path = look(root);
    if (path !== null) return path;
  }
  return null;
}

function missing(roots: readonly string[], names: readonly string[]): ResolvedImport {
  return {
    kind: 'missing-file',
    candidates: roots.flatMap((root) => modulePaths(at(root, names)).slice(0, 2)),
  };
}
