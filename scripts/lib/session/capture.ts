/** A model's whole result as a tree: what lies in its working tree, whatever it committed, added or left untracked. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mkdir } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { type FileChange, listChanges, listEntryChanges, writePatch } from '../git/changes.ts';
import {
  filesThatChangeByConversion,
  filesWithOtherLineEnds,
  untouchedFiles,
} from '../git/conversions.ts';
import { git, gitLineOrNull, type TrustedPlace } from '../git/git.ts';
import type { NestedRepository } from '../git/nested-repository.ts';
import { pathText, type RawPath, rawPathOfPrinted, splitNul } from '../git/paths.ts';
import { convertedPaths } from '../git/present-files.ts';
import { readRef, writeRefs } from '../git/refs.ts';
import { countCommits, openRepository, type Repository } from '../git/repository.ts';
import { isAttributesFile } from '../git/stage-files.ts';
import {
  commitTree,
  listSubmodules,
  treeOf,
  withTemporaryIndex,
  writeTreeWith,
} from '../git/trees.ts';
import { readWorkingTree, type WorkingTree } from '../git/working-tree.ts';
import { adminDirOf } from '../git/worktrees.ts';
import { haveSameBytes } from '../same-bytes.ts';
import { passName } from './paths.ts';
import {
  type CaptureRecord,
  captureOf,
  fileName,
  foldersFile,
  hostWorksInMainTree,
  modelRefs,
  passFolder,
  recordEvent,
  type Session,
  trustedIndex,
  updateSession,
  type WorktreeRecord,
  worktreeOf,
} from './session.ts';
import { sessionCommand } from './session-command.ts';
import { type Leak, maskDiff, secretsOf } from './session-secrets.ts';
import { mainPlace, withPlaceAlone, worktreePlace } from './trusted-places.ts';

export interface Capture {
  model: string;
  base: string;
  tree: string;
  /** Null when captured outside a session. */
  ref: string | null;
  state: 'changed' | 'empty';
  files: FileChange[];
  /** Commits that the model made on its branch. */
  commitsByModel: number;
  /** The file with the patch. */
  diff: string;
  /** Files that contain a secret of the user's, which was copied into the worktree. */
  secrets: Leak[];
  /** What could not be carried as it is, and why. */
  warnings: string[];
}

/** Where a model works, and how to read it: the index that is trusted, and what is not the model's. */
export interface Workplace {
  directory: string;
  place: TrustedPlace;
  indexFile: string;
  foldersFile?: string;
  without: readonly string[];
  submodules: readonly RawPath[];
  /** The repository that it is a working tree of. */
  commonDir: string;
  /** Its own part of that repository, with the model's index and HEAD; null: looked for when it is read. */
  adminDir: string | null;
  /** The commit that it started from. */
  start: string;
  /** The tree of that commit, where it is known. */
  startTree?: string;
  /** HEAD and index are base's own for as long as gates run: they tell nothing of the model. */
  isOnBase?: true;
}

/** The working tree of a model in a pass; null when it has none, or none any more. */
export function workplaceOf(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Workplace | null {
  const record = worktreeOf(session, model, pass);
  if (record !== null) return record.removed ? null : workplaceIn(session, record);
  const isHost = session.data.models.some((it) => it.model === model && it.role === 'host');
  if (!isHost || !hostWorksInMainTree(session)) return null;
  return {
    directory: repository.topLevel,
    place: mainPlace(session),
    indexFile: trustedIndex(session, 'main'),
    without: [],
    start: session.data.base,
    submodules: session.data.submodules.map(rawPathOfPrinted),
    commonDir: repository.commonDir,
    adminDir: repository.gitDir,
  };
}

export function workplaceIn(session: Session, record: WorktreeRecord): Workplace {
  return {
    directory: record.path,
    place: worktreePlace(session, record.path),
    indexFile: trustedIndex(session, record),
    foldersFile: foldersFile(session, record),
    without: record.provided,
    start: record.start,
    submodules: session.data.submodules.map(rawPathOfPrinted),
    commonDir: session.data.common_dir,
    adminDir: null,
  };
}

/** What lies in a workplace now, as a tree. */
export async function readWorkplace(workplace: Workplace): Promise<string> {
  return (await surveyWorkplace(workplace)).tree;
}

export interface WorkplaceTree extends WorkingTree {
  /** What converts the files that changed, by path. */
  converted: ReadonlyMap<RawPath, string | null>;
}

/** The same, with what a tree cannot hold. */
export async function surveyWorkplace(workplace: Workplace): Promise<WorkplaceTree> {
  const { place, start, startTree = start, adminDir, submodules: gitlinks } = workplace;
  const trackedSince = () => trackedByModel(workplace);
  const found = await readWorkingTree({
    ...{ ...workplace, gitlinks, trackedSince },
    isModels: adminDir === null,
  });
  const changes = await listEntryChanges(place, startTree, found.tree);
  const written = changes.flatMap(({ path, to }) => (to?.mode.startsWith('100') ? [path] : []));
  const converted = await convertedPaths(place, written);
  // Without changes that nobody made.
  const untouched = await untouchedFiles(place, changes, converted);
  const tree =
    untouched.size === 0 ? found.tree : await writeTreeWith(place, found.tree, untouched);
  // The main tree's .git is a folder by nature.
  return { ...found, tree, converted, isReinitialised: found.isReinitialised && adminDir === null };
}

export async function adminDirOfWorkplace({ adminDir, commonDir, directory }: Workplace) {
  return adminDir ?? (await adminDirOf(commonDir, directory));
}

/**
 * Files that the model added to its index or committed: they count also where they are ignored. Nothing else of that
 * index is heeded; one that is damaged or gone tells nothing.
 */
async function trackedByModel(workplace: Workplace): Promise<RawPath[]> {
  if (workplace.isOnBase) return [];
  const adminDir = await adminDirOfWorkplace(workplace);
  if (adminDir === null) return [];
  const { start } = workplace;
  const list = async (...words: string[]) => {
    const options = { env: { GIT_DIR: adminDir }, answers: [0, 1, 128] };
    const names = ['--name-only', '-z', '--no-renames', '--diff-filter=A', '--ignore-submodules'];
    const { stdout, exitCode } = await git(adminDir, [...words, ...names, start], options);
    return exitCode === 0 ? splitNul(stdout) : [];
  };
  const staged = isAsAtTheStart(adminDir, workplace) ? [] : list('diff-index', '--cached');
  const head = isDetachedAt(adminDir, start) ? start : await headOf(adminDir);
  const committed =
    head === null || head === start ? [] : await list('diff-tree', '-r', '-R', head);
  return [...new Set([...(await staged), ...committed])];
}

/** Whether HEAD itself names a commit, and this one: to read it as a file is cheaper than to ask git. */
function isDetachedAt(adminDir: string, commit: string): boolean {
  try {
    return readFileSync(join(adminDir, 'HEAD'), 'latin1') === `${commit}\n`;
  } catch {
    return false;
  }
}

/** The commit that a model's HEAD names; null: none that can be found. */
export async function headOfWorkplace(workplace: Workplace): Promise<string | null> {
  const adminDir = await adminDirOfWorkplace(workplace);
  return adminDir === null ? null : headOf(adminDir);
}

/** Whether nothing was done with the index: to compare it as a file is cheaper than to have git read it. */
export function isAsAtTheStart(adminDir: string, { indexFile }: Workplace): boolean {
  try {
    return haveSameBytes(join(adminDir, 'index'), indexFile);
  } catch {
    // One is gone, or is no file: git says what there is.
    return false;
  }
}

/** The commit that a working tree's HEAD names, read where the model cannot have replaced it; null: none. */
async function headOf(adminDir: string): Promise<string | null> {
  const words = ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'];
  return gitLineOrNull(adminDir, words, { env: { GIT_DIR: adminDir } });
}

/** Captures a model's result and keeps it: private refs, the record in session.json, the patch. */
export async function captureModel(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Promise<Capture> {
  const place = workplaceOf(repository, session, model, pass);
  const known = captureOf(session, model, pass);
  const isThere = place !== null && existsSync(place.directory);
  if (!isThere && known === null) throw noWorkplace(session, model, place?.directory);
  // What is gone, or holds a synthesis by now, was captured before: that capture stands.
  const stands = known !== null && (!isThere || holdsSynthesis(repository, session, place, pass));
  const { topLevel } = repository;
  const found = stands || place === null ? null : await surveyWorkplace(place);
  const tree = found?.tree ?? known?.tree;
  if (tree === undefined) throw noWorkplace(session, model, place?.directory);
  const diff = join(passFolder(session, pass), 'diffs', `${fileName(model)}.diff`);
  // Git compares while other processes of git keep: both are many small programs.
  const describing = describeCapture(mainPlace(session), session.data.base, tree, diff);
  const explaining = describing.then(({ files }) =>
    found === null || place === null ? [] : explain(place.place, mainPlace(session), found, files),
  );
  // Waited for below, when the capture is kept; until then a failure must not count as nobody's.
  explaining.catch(() => undefined);
  const record =
    found === null || place === null
      ? known
      : await keepCapture(repository, session, place, { model, pass, tree, describing });
  if (record === null) throw noWorkplace(session, model, place?.directory);

  const { head, ref } = record;
  const capture = await describing;
  const secrets = await maskDiff(topLevel, diff, capture.files, await secretsOf(session));
  const start = worktreeOf(session, model, pass)?.start ?? session.data.base;
  const commitsByModel = head === start ? 0 : await countCommits(topLevel, start, head);
  await recordEvent(session, 'capture', { model, pass, tree, state: capture.state });
  const warnings = [...(await explaining), ...secrets.map(explainLeak)];
  return { model, ...capture, ref, commitsByModel, secrets, warnings };
}

/** Captures any working tree, without a session. */
export async function captureAlone(
  directory: string,
  base: string,
  diff: string,
): Promise<Omit<Capture, 'model'>> {
  const repository = await openRepository(directory);
  const { topLevel, commonDir, gitDir, head } = repository;
  return withPlaceAlone(repository, async (place) => {
    const found = await withTemporaryIndex(place, { tree: base }, async ({ GIT_INDEX_FILE }) =>
      surveyWorkplace({
        ...{ directory: topLevel, place, indexFile: GIT_INDEX_FILE, without: [], start: base },
        ...{ submodules: await listSubmodules(place, base), commonDir, adminDir: gitDir },
      }),
    );
    const capture = await describeCapture(place, base, found.tree, diff);
    return {
      ...capture,
      ref: null,
      commitsByModel: await countCommits(topLevel, base, head),
      secrets: [],
      warnings: await explain(place, place, found, capture.files),
    };
  });
}

async function describeCapture(place: TrustedPlace, base: string, tree: string, diff: string) {
  await mkdir(join(diff, '..'), { recursive: true, mode: 0o700 });
  const [files] = await Promise.all([
    listChanges(place, base, tree),
    writePatch(place, base, tree, diff),
  ]);
  const state: 'changed' | 'empty' = files.length === 0 ? 'empty' : 'changed';
  return { base, tree, state, files, diff };
}

/** What of a working tree is not in its capture, in words. */
async function explain(
  place: TrustedPlace,
  main: TrustedPlace,
  { tree, nested, left, unconverted, isReinitialised, host, converted }: WorkplaceTree,
  files: readonly FileChange[],
): Promise<string[]> {
  const entries = files.flatMap(({ path, mode, oid }) =>
    mode === null || oid === null || unconverted.includes(path)
      ? []
      : [[path, { mode, oid }] as const],
  );
  const unlike = await filesThatChangeByConversion(place, new Map(entries), converted);
  const rules = files.some(({ path }) => isAttributesFile(path));
  const changed = new Set(files.map(({ path }) => path));
  const rewritten = rules ? await filesWithOtherLineEnds(place, main, tree) : [];
  return [
    ...left.map(
      (path) =>
        `${pathText(path)} is a fifo, a socket, a device, or has a name that git keeps for itself: it is no part of the capture.`,
    ),
    ...nested.filter(({ holdsMore }) => holdsMore).map(explainNested),
    ...files.filter(isSubmodule).map(explainSubmodule),
    ...(isReinitialised
      ? [
          'The .git of the worktree was replaced by a repository of its own: its files are captured, the commits in it are not.',
        ]
      : []),
    // In the main tree it was there all along.
    ...(place.directory === main.directory ? [] : host).map(
      (path) => `${path} belongs to the host or to this skill: it is no part of the capture.`,
    ),
    ...unconverted.map(
      (path) =>
        `${pathText(path)}: its filter or encoding failed, so it is captured as it is, byte for byte.`,
    ),
    ...rewritten
      .filter((path) => !changed.has(path))
      .map(
        (path) =>
          `${pathText(path)}: only its line ends were changed, which .gitattributes keeps out of git: it is not part of the capture.`,
      ),
    ...unlike.map(
      (path) =>
        `${pathText(path)}: line ends, a filter or an encoding of .gitattributes or core.autocrlf change its bytes; what is applied is what git would check out.`,
    ),
  ];
}

function explainLeak({ path, secret }: Leak): string {
  return `${path} contains a secret of yours (${secret}): take it out before the file is applied. It is masked in the diff, which git cannot apply for that.`;
}

function isSubmodule({ mode, oldMode }: FileChange): boolean {
  return mode === '160000' || oldMode === '160000';
}

function explainSubmodule({ path, mode, oid }: FileChange): string {
  const what = mode === '160000' ? `is a submodule at ${oid}` : 'was a submodule and is taken out';
  return `${pathText(path)} ${what}: apply-picks leaves submodules to you and git.`;
}

function explainNested({ path, kind, head }: NestedRepository): string {
  const name = pathText(path);
  return kind === 'repository'
    ? `${name} is a repository of its own: its files are captured, its history (${head}) is not.`
    : head === null
      ? `${name} is a submodule that is not checked out, with files in its folder: they are not captured.`
      : `${name} is a submodule with changes or at another commit (${head}): a tree holds the id of the commit only, so carry the rest over by hand, with git in the submodule.`;
}

/** Whether picks of this pass were applied where the host works: what lies there is no longer the host's own. */
function holdsSynthesis(
  { topLevel }: Repository,
  { data }: Session,
  place: Workplace,
  pass: number,
): boolean {
  const applied = data.applications.some((it) => it.pass === pass && it.state !== 'undone');
  return applied && place.directory === topLevel;
}

async function keepCapture(
  repository: Repository,
  session: Session,
  place: Workplace,
  found: {
    model: string;
    pass: number;
    tree: string;
    describing: ReturnType<typeof describeCapture>;
  },
): Promise<CaptureRecord> {
  const { model, pass, tree, describing } = found;
  const known = captureOf(session, model, pass);
  const { topLevel } = repository;
  const { base } = session.data;
  const refs = modelRefs(session, model, pass);
  const ref = `${refs}/tree`;
  const [head, earlier] = await Promise.all([
    headOfWorkplace(place).then((commit) => commit ?? place.start),
    known === null ? null : readRef(topLevel, ref),
  ]);
  if (known?.tree === tree && known.head === head) return known;
  // What was captured before, and the model's own commits, stay reachable as further parents.
  const parents = [base, ...(earlier === null ? [] : [earlier]), ...(head === base ? [] : [head])];
  const commit = await commitTree(topLevel, tree, parents, `${model}, ${passName(pass)}`);
  await writeRefs(topLevel, { [ref]: commit, [`${refs}/head`]: head });
  const record: CaptureRecord = {
    model,
    pass,
    tree,
    ref,
    head,
    state: (await describing).state,
    captured_at: new Date().toISOString(),
  };
  await updateSession(session, ({ captures }) => ({
    captures: [...captures.filter((it) => it.model !== model || it.pass !== pass), record],
  }));
  return record;
}

/**
 * Whether a model's working tree differs from what it started with; null when that cannot be told.
 * A failure is not "no": it is answered as unknown, and the capture will say why.
 */
export async function hasChanged(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Promise<boolean | null> {
  const place = workplaceOf(repository, session, model, pass);
  if (place === null) return null;
  try {
    const tree = await readWorkplace(place);
    return tree !== (await treeOf(repository.topLevel, place.start));
  } catch {
    return null;
  }
}

function noWorkplace(session: Session, model: string, directory: string | undefined): Refusal {
  return new Refusal({
    code: 'no-worktree',
    message:
      directory === undefined
        ? `${model} has no worktree in ${passName(session.data.current_pass)}.`
        : `${model}'s worktree ${directory} is gone.`,
    hint: `What was captured of it before is still in its ref and its diff. To make it again: ${sessionCommand(session, 'make-worktrees', '--model', model)}`,
    details: { model, directory: directory ?? null },
  });
}
