/** Names that settings give to folders: `paths` and `baseUrl` of tsconfig.json, `imports` of package.json. */
import { posix } from 'node:path';
import {
  asList,
  asTable,
  isTable,
  type Table,
  tableAt,
} from '../../code/dependencies/requirements.ts';
import { parseJson } from '../../gates/tampering/settings.ts';
import { folderOf, foldersAbove, type SourceTree } from './source-tree.ts';

/** https://www.typescriptlang.org/tsconfig/#extends; nobody builds longer chains. */
const LONGEST_CHAIN = 8;
const MOST_ALIASES = 1000;

interface Alias {
  pattern: string;
  /** From the top of the repository; `*` is what the pattern's `*` stands for. */
  targets: string[];
}

export interface Meant {
  /** From the top of the repository. */
  paths: string[];
  /** It can mean nothing else: not so where a pattern takes any name, those of packages included. */
  isSure: boolean;
}

/** What a specifier may mean by the nearest settings; null where they say nothing. */
export function aliasedPaths(tree: SourceTree, from: string, specifier: string): Meant | null {
  const matching = aliasesFor(tree, from).flatMap(({ pattern, targets }) => {
    const star = starIn(pattern, specifier);
    const prefix = prefixOf(pattern);
    return star === null
      ? []
      : [{ prefix, paths: targets.map((it) => it.replace('*', () => star)) }];
  });
  // The longest prefix wins: https://www.typescriptlang.org/docs/handbook/modules/reference.html#paths
  const longest = Math.max(...matching.map(({ prefix }) => prefix.length));
  const paths = matching
    .filter(({ prefix }) => prefix.length === longest)
    .flatMap((one) => one.paths)
    .filter((path) => !path.startsWith('../'));
  return paths.length === 0 ? null : { paths, isSure: longest > 0 };
}

/** What the `*` of a pattern stands for; null: it does not fit. */
function starIn(pattern: string, specifier: string): string | null {
  const at = pattern.indexOf('*');
  if (at < 0) return pattern === specifier ? '' : null;
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  const isOne = specifier.startsWith(before) && specifier.endsWith(after);
  return isOne && specifier.length >= before.length + after.length
    ? specifier.slice(before.length, specifier.length - after.length)
    : null;
}

function prefixOf(pattern: string): string {
  return pattern.split('*', 1)[0] ?? '';
}

const known = new WeakMap<SourceTree, Map<string, Alias[]>>();

function aliasesFor(tree: SourceTree, from: string): Alias[] {
  const folder = folderOf(from);
  const ofTree = known.get(tree) ?? new Map<string, Alias[]>();
  known.set(tree, ofTree);
  const aliases = ofTree.get(folder) ?? [
    ...configAliases(tree, from),
    ...packageAliases(tree, from),
  ];
  ofTree.set(folder, aliases);
  return aliases;
}

function configAliases(tree: SourceTree, from: string): Alias[] {
  const path = foldersAbove(from)
    .flatMap((folder) => [`${folder}tsconfig.json`, `${folder}jsconfig.json`])
    .find((one) => tree.has(one));
  return path === undefined ? [] : aliasesOf(tree, path, 0);
}

/** Those of the file itself take the place of those that it extends. */
function aliasesOf(tree: SourceTree, path: string, depth: number): Alias[] {
  const config = asTable(parseJson(tree.textOf(path) ?? ''));
  const options = tableAt(config, 'compilerOptions');
  const base = typeof options.baseUrl === 'string' ? options.baseUrl : null;
  const folder = `${folderOf(path)}${base ?? '.'}`;
  const bare = base === null ? [] : aliasesIn({ '*': './*' }, folder);
  if (isTable(options.paths)) return [...aliasesIn(options.paths, folder), ...bare];
  if (bare.length > 0) return bare;
  if (depth >= LONGEST_CHAIN) return [];
  const extended = [config.extends, ...asList(config.extends)].filter(
    (it): it is string => typeof it === 'string' && it.startsWith('.'),
  );
  return extended
    .map((it) => posix.normalize(`${folderOf(path)}${it}${it.endsWith('.json') ? '' : '.json'}`))
    .flatMap((it) => (tree.has(it) ? aliasesOf(tree, it, depth + 1) : []));
}

/** https://nodejs.org/api/packages.html#subpath-imports */
function packageAliases(tree: SourceTree, from: string): Alias[] {
  const path = foldersAbove(from)
    .map((folder) => `${folder}package.json`)
    .find((one) => tree.has(one));
  if (path === undefined) return [];
  const manifest = asTable(parseJson(tree.textOf(path) ?? ''));
  return aliasesIn(tableAt(manifest, 'imports'), folderOf(path));
}

function aliasesIn(table: Table, folder: string): Alias[] {
  const entries = Object.entries(table).slice(0, MOST_ALIASES);
  return entries.map(([pattern, value]) => ({
    pattern,
    targets: stringsIn(value).map((target) => posix.normalize(posix.join(folder, target))),
  }));
}

/** A path, a list of them, or one for each condition. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const inner = Array.isArray(value) ? value : Object.values(asTable(value));
  return inner.filter((one) => typeof one === 'string');
}
