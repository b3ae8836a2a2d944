import type { Language } from '../../code/code-facts.ts';
import { type ResolvedImport, resolveImport } from '../../code/resolve-import.ts';
import { aliasedPaths } from './path-aliases.ts';
import type { SourceTree } from './source-tree.ts';

/** Where an import leads to in a tree: names that the project's settings give to its folders are followed. */
export function resolve(
  tree: SourceTree,
  from: string,
  specifier: string,
  language: Language,
): ResolvedImport {
  const project = {
    has: (path: string) => tree.has(path) || tree.hasFolder(path),
    goModules: tree.goModules,
  };
  const found = resolveImport(from, specifier, language, project);
  const isAlias = found.kind === 'unknown' || found.kind === 'package';
  if (!isAlias || language === 'python' || language === 'go') return found;
  const meant = aliasedPaths(tree, from, specifier);
  if (meant === null) return found;
  // Seen from the top.
  const all = meant.paths.map((path) => resolveImport('x.ts', `./${path}`, language, project));
  const there = all.find((one) => one.kind === 'file' && tree.has(one.path));
  return there ?? (meant.isSure ? (all[0] ?? found) : found);
}

/** The module of Python that a name taken from a package is; null: it is something in the package's own file. */
export function moduleNamed(
  tree: SourceTree,
  from: string,
  specifier: string,
  name: string,
): string | null {
  const module = `${specifier}${specifier.endsWith('.') ? '' : '.'}${name}`;
  const found = resolve(tree, from, module, 'python');
  if (found.kind !== 'file') return null;
  const whole = resolve(tree, from, specifier, 'python');
  if (whole.kind === 'file' && whole.path === found.path) return null;
  const stem = found.path.replace(/(\/__init__)?\.pyi?$/, '');
  return stem === name || stem.endsWith(`/${name}`) ? found.path : null;
}
