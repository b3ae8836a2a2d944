/** What a result changed of what judges it, and its tree with base's own tests and settings. */
import { type ExamChange, type GateFile, planExam, type Restoration } from '../exam/exam-plan.ts';
import { changedScripts } from '../exam/manifest.ts';
import { namedFiles } from '../exam/named-files.ts';
import { nameOf, roleOf } from '../exam/roles.ts';
import { expandScript, scriptRun } from '../gates/commands.ts';
import type { Gate } from '../gates/gate.ts';
import { asObject, parseObject } from '../gates/json-object.ts';
import { readBlobs, writeBlobs } from '../git/blobs.ts';
import { type FileChange, listChanges } from '../git/changes.ts';
import { filesAt } from '../git/files-at.ts';
import { pathText, type RawPath, rawPathOf } from '../git/paths.ts';
import { type TreeEntry, writeTreeWith } from '../git/trees.ts';

export interface Examined {
  files: GateFile[];
  /** The result's code with base's own tests and settings; null: nothing of them was lost. */
  asBase: string | null;
  /** The same with base's settings alone, where settings and tests were changed. */
  withSettings: string | null;
  /** Whether tests alone were changed. */
  isTestsOnly: boolean;
  /** Whether they only gained lines. */
  isOnlyMore: boolean;
  /** Whether what a gate's command runs is another one than on base. */
  isScriptChanged: (command: string) => boolean;
}

export const NOT_EXAMINED: Examined = {
  files: [],
  asBase: null,
  withSettings: null,
  ...{ isTestsOnly: false, isOnlyMore: false },
  isScriptChanged: () => false,
};

/** Nobody writes larger ones by hand. */
const MOST_BYTES = 4 * 1024 ** 2;

/** @param gates whose commands tell which files run the checks, and which are tests whatever their names are */
export async function examineGates(
  topLevel: string,
  base: string,
  tree: string,
  gates: readonly Gate[],
): Promise<Examined> {
  const found = await listChanges(topLevel, base, tree, { renames: false });
  if (found.length === 0) return NOT_EXAMINED;
  const changes = await withManifests(topLevel, found);
  const scripts = await scriptsAt(topLevel, base);
  const runs = (command: string) => [command, bodyOf(command, scripts)].join('\n');
  const named = namedFiles(
    gates.flatMap(({ kind, command }) => (kind === 'test' ? runs(command) : command)),
  );
  const { files, settings, tests } = planExam(changes, named);
  const write = (restorations: readonly Restoration[]) =>
    restorations.length === 0 ? null : restore(topLevel, tree, found, restorations);
  const [asBase, withSettings] = await Promise.all([
    write([...settings, ...tests]),
    tests.length === 0 ? null : write(settings),
  ]);
  const changed = changes.flatMap(({ path, before, after }) =>
    before === undefined ? [] : changedScripts(path, before, after ?? ''),
  );
  const runners = files.filter(({ role, change }) => role === 'runner' && change !== 'added');
  return {
    ...{ files, asBase, withSettings, isTestsOnly: settings.length === 0 },
    isOnlyMore: files.length === 0,
    isScriptChanged: (command) => {
      const words = runs(command).split(/[\s"'=;&|]+/);
      return [...changed, ...runners.map(({ path }) => path)].some((it) =>
        words.some((word) => word.replace(/^\.\//, '') === it),
      );
    },
  };
}

/** The scripts of the top's package.json; none where there is none. */
async function scriptsAt(topLevel: string, base: string): Promise<ReadonlyMap<string, string>> {
  const { scripts } = parseObject(await filesAt(topLevel, base).read('package.json'));
  const entries = Object.entries(asObject(scripts));
  return new Map(entries.map(([name, body]) => [name, String(body)]));
}

/** What a script that a command runs does, with all that it runs. */
function bodyOf(command: string, scripts: ReadonlyMap<string, string>): string {
  const run = scriptRun(command, scripts);
  return run === null ? '' : expandScript(run.script, { scripts });
}

async function withManifests(
  topLevel: string,
  changes: readonly FileChange[],
): Promise<ExamChange[]> {
  const named = changes.map((change) => ({ change, path: pathText(change.path) }));
  const read = new Set(
    named.flatMap(({ change, path }) =>
      roleOf(path) === 'manifest' || nameOf(path) === 'setup.cfg' ? change : [],
    ),
  );
  const blobs = await readBlobs(
    topLevel,
    [...read].flatMap(({ oldMode, oldOid, mode, oid }) => [
      ...(isText(oldMode) && oldOid !== null ? [oldOid] : []),
      ...(isText(mode) && oid !== null ? [oid] : []),
    ]),
  );
  const textOf = (change: FileChange, oid: string | null) => {
    const blob = read.has(change) ? blobs.get(oid ?? '') : undefined;
    return blob === undefined || blob.length > MOST_BYTES ? undefined : blob.toString('utf8');
  };
  return named.map(({ change, path }) => {
    const { status, deletions, binary, mode, oldMode } = change;
    return {
      path,
      status: status === 'added' || status === 'deleted' ? status : 'changed',
      lostLines: status !== 'added' && (deletions > 0 || binary || mode !== oldMode),
      before: textOf(change, change.oldOid),
      after: textOf(change, change.oid),
    };
  });
}

/** Links and submodules have no text. */
function isText(mode: string | null): boolean {
  return mode?.startsWith('100') ?? false;
}

async function restore(
  topLevel: string,
  tree: string,
  changes: readonly FileChange[],
  restorations: readonly Restoration[],
): Promise<string> {
  const onBase = new Map(
    changes.map(({ path, oldMode, oldOid }): [RawPath, TreeEntry | null] => [
      path,
      oldMode === null || oldOid === null ? null : { mode: oldMode, oid: oldOid },
    ]),
  );
  const texts = restorations.flatMap(({ content }) =>
    content === null || content === 'base' ? [] : [Buffer.from(content.text)],
  );
  const oids = await writeBlobs(topLevel, texts);
  const entries = new Map<RawPath, TreeEntry | null>();
  for (const { path, content } of restorations) {
    const raw = rawPathOf(path);
    const before = onBase.get(raw) ?? null;
    const isOther = content !== null && content !== 'base';
    if (isOther) entries.set(raw, { mode: before?.mode ?? '100644', oid: oids.shift() ?? '' });
    else entries.set(raw, content === null ? null : before);
  }
  // A folder where base has a file, or the other way round.
  const isInTheWay = (path: RawPath) =>
    [...entries].some(
      ([at, entry]) => entry !== null && (at.startsWith(`${path}/`) || path.startsWith(`${at}/`)),
    );
  for (const { path, status } of changes)
    if (status === 'added' && isInTheWay(path)) entries.set(path, null);
  return writeTreeWith(topLevel, tree, entries);
}
