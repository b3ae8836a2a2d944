/**
 * Before anything runs: a file of the synthesis that needs what only a version has that was not picked. What nobody can
 * know (names made while a program runs, packages, generated files) is passed over.
 */
import { definesTasks } from './closure/defined-tasks.ts';
import { dependencyNeeds } from './closure/dependency-needs.ts';
import { findMissing } from './closure/find-missing.ts';
import { importNeeds, packageNeeds } from './closure/import-needs.ts';
import { lockfilePairs } from './closure/lockfile-pairs.ts';
import type { CheckedFile, MissingPick, Need, Trees } from './closure/need.ts';
import { type Absent, absentPaths, mentionNeeds } from './closure/path-mentions.ts';
import { scriptNeeds } from './closure/script-needs.ts';
import { folderOf, type SourceTree } from './closure/source-tree.ts';
import { untakenCode, untakenTests } from './closure/tests-and-code.ts';

export type { MissingPick } from './closure/need.ts';

export interface ClosureInput {
  synthesis: SourceTree;
  base: SourceTree;
  candidates: readonly SourceTree[];
  /** Path -> the models that a pick takes it from, wholly or by hunks; none for base. */
  taken: ReadonlyMap<string, readonly string[]>;
}

/** The picks that are missing, sorted by path; each thing that is missing is told once for a file. */
export function findMissingPicks(input: ClosureInput): MissingPick[] {
  const changed = [...new Set(input.candidates.flatMap(({ changes }) => [...changes.keys()]))];
  const goFolders = new Set(changed.filter((path) => path.endsWith('.go')).map(folderOf));
  const taskFiles = changed.filter(definesTasks);
  const trees: Trees = { ...input, changed: changed.sort(), taskFiles, goFolders };
  const absent = absentPaths(trees);
  const files = checkedFiles(trees);
  const found = files.flatMap((file) => {
    const needs = new Map<SourceTree, Need[]>();
    const needsIn = (tree: SourceTree) => {
      const known = needs.get(tree) ?? needsOf(file, tree, absent, trees);
      needs.set(tree, known);
      return known;
    };
    const missing = findMissing(file, needsIn(trees.synthesis), trees, needsIn);
    if (file.from.length === 0) return missing;
    // That the tested code is missing is said already where the test cannot even be loaded without.
    const told = new Set(missing.flatMap((one) => one.provided_by.map(({ path }) => path)));
    return [...missing, ...lockfilePairs(file, trees), ...untakenCode(file, told, trees)];
  });
  return sorted(distinct([...found, ...untakenTests(files, trees)]));
}

/** What was picked; and what models changed and stays as in base, because picks may have taken away what it needs. */
function checkedFiles({ synthesis, base, taken, changed }: Trees): CheckedFile[] {
  const paths = [...new Set([...changed, ...taken.keys()])].sort();
  return paths.flatMap((path) => {
    if (!synthesis.has(path)) return [];
    const isAsInBase = synthesis.blobOf(path) === base.blobOf(path);
    return { path, from: isAsInBase ? [] : (taken.get(path) ?? []) };
  });
}

function needsOf(file: CheckedFile, tree: SourceTree, absent: Absent, trees: Trees): Need[] {
  const facts = tree.factsOf(file.path);
  const text = tree.textOf(file.path);
  return [
    ...(facts === null
      ? []
      : [
          ...importNeeds(file, facts, trees),
          ...packageNeeds(file, facts, trees),
          ...dependencyNeeds(file, facts, trees),
        ]),
    ...(text === null
      ? []
      : [...mentionNeeds(file, text, absent, trees), ...scriptNeeds(file, text, trees)]),
  ];
}

function distinct(found: readonly MissingPick[]): MissingPick[] {
  const first = new Map<string, MissingPick>();
  for (const one of found) {
    const key = [one.path, one.needs, one.name].join('\0');
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()];
}

const SEVERITIES = ['breaks', 'likely', 'note'] as const;
const KINDS: readonly MissingPick['needs'][] = [
  'file',
  'name',
  'script',
  'dependency',
  'manifest',
  'lockfile',
  'tested-code',
  'test',
];

function sorted(found: readonly MissingPick[]): MissingPick[] {
  const rank = ({ severity, needs }: MissingPick) =>
    SEVERITIES.indexOf(severity) * KINDS.length + KINDS.indexOf(needs);
  return found.toSorted(
    (a, b) => compare(a.path, b.path) || rank(a) - rank(b) || compare(a.name, b.name),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
