/** Manifests and their lockfiles: one of them without the other, or with that of somebody else. */
import { dependencyChanges, isLockfile, isManifest, lockfilesOf } from '../../code/dependencies.ts';
import { picksOf, sourceOf } from './message.ts';
import type { CheckedFile, MissingPick, Trees } from './need.ts';
import { listed, shown } from './shown.ts';
import type { SourceTree } from './source-tree.ts';

export function lockfilePairs(file: CheckedFile, trees: Trees): MissingPick[] {
  if (isLockfile(file.path)) return missingManifests(file, trees);
  return isManifest(file.path) ? missingLockfiles(file, trees) : [];
}

function missingLockfiles(file: CheckedFile, trees: Trees): MissingPick[] {
  const { path } = file;
  if (!changesDependencies(trees.synthesis, path, trees)) return [];
  const changing = candidatesOf(file, trees).filter((tree) =>
    changesDependencies(tree, path, trees),
  );
  // Of hunks from several models, those of one may be all that is about dependencies.
  const exact = changing.filter((tree) => areSame(tree, trees.synthesis, path));
  return (exact.length > 0 ? exact : changing).flatMap((tree) =>
    lockfilesOf(path)
      .filter((lockfile) => isOtherVersion(tree, lockfile, trees) && !fits(lockfile, path, trees))
      .map((lockfile): MissingPick => {
        const isMixed = exact.length === 0 && changing.length > 1;
        const said = isMixed
          ? mixedText(file, tree.name, lockfile)
          : otherText(tree.name, lockfile);
        return {
          path,
          needs: 'lockfile',
          name: lockfile,
          provided_by: [{ model: tree.name, path: lockfile }],
          severity: 'likely',
          message: `${sourceOf(file)} ${said}`,
        };
      }),
  );
}

function mixedText({ path, from }: CheckedFile, model: string, lockfile: string): string {
  const both = picksOf([path, lockfile].map((one) => ({ model, path: one })));
  return `mixes the dependencies of ${listed(from)}, and nobody's ${shown(lockfile)} has them all; lock them anew after applying, or take both from one: ${both}`;
}

function otherText(model: string, lockfile: string): string {
  return `changes dependencies, and ${shown(lockfile)} is not the one that ${model} has for them: ${picksOf([{ model, path: lockfile }])}`;
}

/** Of a lockfile that was picked: the manifests that it was written for. */
function missingManifests(file: CheckedFile, trees: Trees): MissingPick[] {
  const { synthesis, taken } = trees;
  return candidatesOf(file, trees)
    .filter((tree) => tree.blobOf(file.path) === synthesis.blobOf(file.path))
    .flatMap((tree) =>
      [...tree.changes.keys()]
        .filter((path) => lockfilesOf(path).includes(file.path))
        .filter((path) => changesDependencies(tree, path, trees) && !fits(file.path, path, trees))
        // Where a picked manifest changes dependencies too, its own lockfile is what is told.
        .filter((path) => !(taken.has(path) && changesDependencies(synthesis, path, trees)))
        .map((path): MissingPick => {
          const provider = { model: tree.name, path };
          return {
            path: file.path,
            needs: 'manifest',
            name: path,
            provided_by: [provider],
            severity: 'likely',
            message: `${sourceOf(file)} locks dependencies that ${shown(path)} asks for in ${tree.name}'s version only: ${picksOf([provider])}`,
          };
        }),
    );
}

function candidatesOf({ from }: CheckedFile, { candidates }: Trees): SourceTree[] {
  return candidates.filter(({ name }) => from.includes(name));
}

function isOtherVersion(tree: SourceTree, path: string, { synthesis }: Trees): boolean {
  return tree.changes.has(path) && tree.has(path) && tree.blobOf(path) !== synthesis.blobOf(path);
}

function changesDependencies(tree: SourceTree, path: string, { base }: Trees): boolean {
  const after = tree.dependenciesOf(path);
  const before = base.has(path) ? base.dependenciesOf(path) : new Map<string, string>();
  return after !== null && before !== null && !areEqual(before, after);
}

/** Whether somebody has this very lockfile for these very dependencies. */
function fits(lockfile: string, manifest: string, trees: Trees): boolean {
  const { synthesis, base, candidates } = trees;
  if (synthesis.dependenciesOf(manifest) === null) return true;
  return [...candidates, base].some(
    (tree) =>
      tree.has(lockfile) &&
      tree.blobOf(lockfile) === synthesis.blobOf(lockfile) &&
      areSame(tree, synthesis, manifest),
  );
}

function areSame(one: SourceTree, other: SourceTree, manifest: string): boolean {
  const [a, b] = [one.dependenciesOf(manifest), other.dependenciesOf(manifest)];
  return a !== null && b !== null && areEqual(a, b);
}

function areEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  const { added, removed, changed } = dependencyChanges(a, b);
  return added.length + removed.length + changed.length === 0;
}
