/** A tree that asks for other packages than base gets them: from the model whose lockfile it has, or installed. */
import { existsSync, lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import {
  askedFor,
  type ChangedManifest,
  folderFilledBy,
  missingPackages,
  updateCommand,
  withNetwork,
} from '../gates/package-managers.ts';
import { sizeOf } from '../gates/provide.ts';
import type { Provision } from '../gates/provision-plan.ts';
import { describeSurroundings } from '../gates/surroundings.ts';
import { readBlobs } from '../git/blobs.ts';
import { listEntryChanges } from '../git/changes.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { runCommand } from '../process/command.ts';
import { environmentIn } from '../process/led-environment.ts';
import type { Session } from '../session/session.ts';
import { isRegularFile } from '../synthesis/read-hunks.ts';
import type { RunInWorktree } from './run-in-worktree.ts';
import type { Needs, Preparation } from './worktree-needs.ts';

/** The manifests and lockfiles of provided folders in which a tree asks for something else than base. */
export async function changedManifests(
  { topLevel }: Repository,
  { needed }: Pick<Needs, 'needed'>,
  base: string,
  tree: string,
): Promise<ChangedManifest[]> {
  // A manifest elsewhere may be a sample of a test.
  const places = new Set(['.', ...needed.map(({ path }) => posix.dirname(path))]);
  const provided = new Set(needed.map(({ path }) => path));
  const changes = (await listEntryChanges(topLevel, base, tree)).flatMap(({ path, from, to }) => {
    const name = pathText(path);
    const filled = folderFilledBy(name);
    if (filled === null || !places.has(posix.dirname(name))) return [];
    // Where that is not provided, Go and others have one place for the whole machine.
    if (posix.basename(filled.folder) === 'vendor' && !provided.has(filled.folder)) return [];
    const oidOf = (entry: typeof to) => (entry && isRegularFile(entry.mode) ? entry.oid : null);
    return [{ path: name, ...filled, from: oidOf(from), to: oidOf(to) }];
  });
  const blobs = await readBlobs(
    topLevel,
    changes.flatMap(({ from, to }) => [from, to].filter((oid) => oid !== null)),
  );
  return changes.flatMap(({ from, to, ...change }) => {
    const [before = null, now = null] = [from, to].map((oid) =>
      oid === null ? null : String(blobs.get(oid)),
    );
    const isSame = askedFor(change.path, before) === askedFor(change.path, now);
    return isSame && !change.isLock ? [] : [{ ...change, before, now }];
  });
}

/** What worktrees of a tree are given: what a model installed goes before what the main tree has. */
export async function fitPreparation(
  repository: Repository,
  session: Session | null,
  preparation: Preparation,
  tree: string,
): Promise<Preparation> {
  const base = session?.data.base ?? repository.head;
  const changed = await changedManifests(repository, preparation, base, tree);
  if (changed.length === 0) return preparation;
  const from = session && (await installedBy(repository, session, changed));
  const provision =
    from === null ? preparation.provision : providedFrom(from, preparation, changed);
  return { ...preparation, provision, changed };
}

function providedFrom(
  from: string,
  { provision }: Preparation,
  changed: readonly ChangedManifest[],
): Provision[] {
  const known = new Set(provision.map(({ path }) => path));
  const added = [...new Set(changed.map(({ folder }) => folder))].filter((it) => !known.has(it));
  const all = [
    ...provision,
    ...added.map((path): Provision => ({ path, kind: 'dependencies', how: 'copy', bytes: 0 })),
  ];
  return all.flatMap((one): Provision | Provision[] => {
    if (one.kind !== 'dependencies') return one;
    const found = lstatSync(join(from, one.path), { throwIfNoEntry: false });
    if (!found?.isDirectory()) return known.has(one.path) ? one : [];
    return { ...one, how: 'copy', bytes: sizeOf(join(from, one.path)), from };
  });
}

/** The worktree of a model that has the same manifests and lockfiles, and has installed what they ask for. */
async function installedBy(
  repository: Repository,
  session: Session,
  changed: readonly ChangedManifest[],
): Promise<string | null> {
  for (const { path, removed } of session.data.worktrees) {
    if (removed || !existsSync(path) || !(await holds(path, changed))) continue;
    const folders = [...new Set(changed.map(({ folder }) => folder))];
    const isOwn = folders.some((folder) => !isAsIn(repository.topLevel, path, folder));
    if (isOwn && (await missingIn(repository, path, changed)).length === 0) return path;
  }
  return null;
}

async function holds(directory: string, changed: readonly ChangedManifest[]): Promise<boolean> {
  for (const { path, now } of changed) {
    const text = await readFile(join(directory, path), 'utf8').catch(() => null);
    if (text !== now) return false;
  }
  return true;
}

/** Whether a folder still is the copy of the main tree's. */
function isAsIn(mainTree: string, directory: string, folder: string): boolean {
  return describeSurroundings(directory, [folder]) === describeSurroundings(mainTree, [folder]);
}

async function missingIn(
  { topLevel }: Repository,
  directory: string,
  changed: readonly ChangedManifest[],
): Promise<string[]> {
  const lacks = (names: string[]) => lackingInPython(topLevel, directory, names);
  const missing = new Set<string>();
  for (const manifest of changed)
    for (const name of await missingPackages(directory, manifest, lacks)) missing.add(name);
  // A lockfile says more of it.
  return [...missing].filter((name) => ![...missing].some((it) => it.startsWith(`${name}@`)));
}

/** Asked of the Python that gates in a worktree find: its packages may lie anywhere. */
const ASK_PYTHON = `import sys
from importlib.metadata import distribution
for name in sys.argv[1:]:
    try: distribution(name)
    except Exception: print(name)`;

async function lackingInPython(
  mainTree: string,
  directory: string,
  names: readonly string[],
): Promise<string[]> {
  const env = environmentIn(directory, mainTree, process.env);
  const args = ['-c', ASK_PYTHON, ...names];
  const { exitCode, stdout } = await runCommand({ file: 'python3', args, cwd: directory, env });
  return exitCode === 0
    ? String(stdout)
        .split('\n')
        .filter((name) => name !== '')
    : [];
}

/** What a working tree still lacks once everything was tried; lockfiles, where they alone know what that is. */
export async function fitDependencies(
  repository: Repository,
  directory: string,
  changed: readonly ChangedManifest[],
  { network, run }: { network: boolean; run: RunInWorktree | null },
  onProgress: (message: string) => void,
): Promise<string[]> {
  if (changed.length === 0) return [];
  const lacking: string[] = [];
  for (const folder of new Set(changed.map((it) => it.folder))) {
    const own = changed.filter((it) => it.folder === folder);
    const missing = await missingIn(repository, directory, own);
    const isCopy =
      directory !== repository.topLevel &&
      existsSync(join(directory, folder)) &&
      isAsIn(repository.topLevel, directory, folder);
    // The user, or the host, may have installed for the same manifests in the main tree.
    const isStale = isCopy && isOtherwise(own) && !(await holds(repository.topLevel, own));
    if (missing.length === 0 && !isStale) continue;
    onProgress(
      `${folder} does not fit its manifests${missing.length === 0 ? '' : `: ${missing.join(', ')}`}`,
    );
    if (run !== null && (await install(directory, folder, network, run))) continue;
    const left = await missingIn(repository, directory, own);
    const unread = own.filter(({ isLock, path }) => isLock && !path.endsWith('.json'));
    lacking.push(...(left.length > 0 || !isCopy ? left : unread.map(({ path }) => path)));
  }
  return lacking;
}

function isOtherwise(changed: readonly ChangedManifest[]): boolean {
  return changed.some(({ path, before, now }) => askedFor(path, before) !== askedFor(path, now));
}

/** From the manager's own cache first. */
async function install(
  directory: string,
  folder: string,
  network: boolean,
  run: RunInWorktree,
): Promise<boolean> {
  const found = lstatSync(join(directory, folder), { throwIfNoEntry: false });
  // What lies behind a link is the user's; what is not there may be installed for the whole machine.
  if (found === undefined ? posix.basename(folder) !== 'node_modules' : !found.isDirectory())
    return false;
  const update = updateCommand(directory, folder);
  if (update === null) return false;
  const { command, cwd } = update;
  for (const it of network ? [command, withNetwork(command)] : [command]) {
    const { exit_code } = await run({ command: it, directory: cwd, what: 'install' });
    if (exit_code === 0) return true;
  }
  return false;
}
