/**
 * What lies in a working tree, as a tree: tracked, changed, new, deleted; ignored files left out. Neither its files nor
 * its own index are touched. What git cannot read as files, or would lose in silence, is taken apart first and told.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, Refusal } from '../errors.ts';
import { addAll, notIgnored } from './add-all.ts';
import { git, gitLine, type TrustedPlace } from './git.ts';
import { hostFiles, isLocalSettings } from './host-files.ts';
import { type FoundInside, foundBelow, isBelow, judgeSubmodule } from './judge-submodule.ts';
import { gitDirOf, type NestedRepository, openNested } from './nested-repository.ts';
import { bytesOf, joinNul, pathText, type RawPath, rawPathOf, splitNul } from './paths.ts';
import { convertedPaths } from './present-files.ts';
import { recallFolders } from './remembered-folders.ts';
import { isPlain, kindOf, placeOf, type Survey, surveyWorkingTree } from './survey.ts';
import { withTemporaryIndex } from './trees.ts';
import { asBytes, placeIn } from './trusted-git-dir.ts';

export interface WorkingTreeSource {
  place: TrustedPlace;
  /** An index that is trusted to list what was tracked; it also saves reading unchanged files. */
  indexFile: string;
  /** What rememberFolders() wrote: it saves reading unchanged folders. */
  foldersFile?: string;
  /** Paths that are no part of it even where they are not ignored. */
  without?: readonly string[];
  /** The submodules that the index lists. */
  gitlinks?: readonly RawPath[];
  /** A worktree that was made for a model: no skill was installed there, so what looks like one is the model's work. */
  isModels?: boolean;
  /** Finds paths that somebody tracked since: they count although they may be ignored. */
  trackedSince?: () => Promise<RawPath[]>;
}

export interface WorkingTree {
  tree: string;
  nested: NestedRepository[];
  /** Fifos, sockets, devices, and names that git refuses: they cannot be part of a tree. */
  left: RawPath[];
  /** Files whose filter or encoding failed: they are in the tree as they are on the disk. */
  unconverted: RawPath[];
  /** The working tree's own `.git` was replaced by a repository. */
  isReinitialised: boolean;
  /** What the host needs and git does not track (host-files.ts): it is not in the tree. Without what was provided. */
  host: string[];
}

/** @throws Failure `unreadable-folder`, `git-failed`: never a tree that lacks something in silence */
export async function readWorkingTree(asked: WorkingTreeSource): Promise<WorkingTree> {
  const { place, indexFile, without = [] } = asked;
  const env = { GIT_INDEX_FILE: indexFile };
  const present = (await hostFiles(place, env)).map(pathText);
  // What somebody tracked is content.
  const tracked = present.length > 0 ? ((await asked.trackedSince?.()) ?? []) : null;
  const since = tracked?.map(pathText) ?? [];
  const host = present.filter(
    (path) =>
      !since.some((it) => isAtOrBelow(it, path)) && (!asked.isModels || isLocalSettings(path)),
  );
  const source = tracked === null ? asked : { ...asked, trackedSince: async () => tracked };
  const found = await readContents({ ...source, without: [...without, ...host] });
  return { ...found, host: host.filter((path) => !without.some((it) => isAtOrBelow(it, path))) };
}

function isAtOrBelow(path: string, above: string): boolean {
  return path === above || isBelow(path, above);
}

type Contents = Omit<WorkingTree, 'host'>;

async function readContents(source: WorkingTreeSource): Promise<Contents> {
  const { place, gitlinks = [] } = source;
  // git looks into submodules by starting itself there, under their own configuration: they are found first, and kept
  // from it. Without any, the rare nested repository costs a second reading.
  if (gitlinks.length > 0) return readCarefully(source, surveyOf(source));
  const { found, tree, error } = await readAndSurvey(source);
  if (!isPlain(found) || failedConversion(error) !== null) return readCarefully(source, found);
  if (tree === null) throw error;
  return {
    ...{ tree, nested: [], left: [], unconverted: [] },
    isReinitialised: isFolder(place.directory),
  };
}

function surveyOf({ place, foldersFile, without = [] }: WorkingTreeSource): Survey {
  const { directory } = place;
  const recall = foldersFile === undefined ? undefined : recallFolders(directory, foldersFile);
  return surveyWorkingTree(directory, without.map(rawPathOf), recall);
}

function isFolder(directory: string): boolean {
  return lstatSync(join(directory, '.git'), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Rules that git would wait for without end. */
function rulesToHangOn({ special }: Survey): RawPath[] {
  return special.filter((path) => /(^|\/)\.git(ignore|attributes|modules)$/.test(path));
}

/** What is ignored, and not tracked, is nobody's business. */
async function withoutIgnored(
  place: TrustedPlace,
  env: Env,
  { repositories, special, unnameable }: Survey,
): Promise<Pick<Survey, 'repositories' | 'special' | 'unnameable'>> {
  const paths = [...repositories, ...special, ...unnameable];
  const counts = new Set(await notIgnored(place, env, paths, []));
  const kept = (list: readonly RawPath[]) => list.filter((path) => counts.has(path));
  return {
    repositories: kept(repositories),
    special: kept(special),
    unnameable: kept(unnameable),
  };
}

/** What lies in submodules is a matter of theirs; git cannot be asked about it from outside. */
function divide(survey: Survey, modules: readonly RawPath[]): { own: Survey; inside: Survey } {
  const part = (isInside: boolean) => {
    const kept = (paths: readonly RawPath[]) =>
      paths.filter((path) => modules.some((module) => isBelow(path, module)) === isInside);
    return {
      repositories: kept(survey.repositories),
      special: kept(survey.special),
      unnameable: kept(survey.unnameable),
      unreadable: kept(survey.unreadable),
    };
  };
  return { own: part(false), inside: part(true) };
}

type Env = { GIT_INDEX_FILE: string };

/** Looks at the kinds of all entries while git, in a process of its own, reads the files. */
async function readAndSurvey(
  source: WorkingTreeSource,
): Promise<{ found: Survey; tree: string | null; error?: unknown }> {
  const { place, indexFile } = source;
  const without = (source.without ?? []).map(rawPathOf);
  return withTemporaryIndex(place, { indexFile }, async (env) => {
    const stop = new AbortController();
    const adding = addAll(place, env, without, stop.signal);
    const reading = Promise.all([adding, source.trackedSince?.() ?? []]);
    // Waited for below; until then a failure must not count as nobody's.
    reading.catch(() => undefined);
    const found = surveyOf(source);
    if (rulesToHangOn(found).length > 0) stop.abort();
    try {
      const [, since] = await reading;
      await addTracked(place, env, since, without);
      return { found, tree: await gitLine(place, ['write-tree'], { env }) };
    } catch (error) {
      return { found, tree: null, error };
    }
  });
}

async function readCarefully(source: WorkingTreeSource, survey: Survey): Promise<Contents> {
  const { place, indexFile, gitlinks = [] } = source;
  if (survey.unreadable.length > 0) throw unreadableFolder(place.directory, survey.unreadable);
  if (rulesToHangOn(survey).length > 0) throw notReadable(place.directory, rulesToHangOn(survey));
  const without = (source.without ?? []).map(rawPathOf);
  const since = (await source.trackedSince?.()) ?? [];
  const modules = new Set([...gitlinks, ...(await declaredModules(place))]);
  return withTemporaryIndex(place, { indexFile }, async (env) => {
    const isOne = (path: RawPath) => gitlinks.includes(path) || survey.repositories.includes(path);
    const { own, inside } = divide(survey, [...modules].filter(isOne));
    const { repositories, special, unnameable } = await withoutIgnored(place, env, own);
    const out = [...without, ...repositories, ...special, ...unnameable];
    const unconverted = await addWhatConverts(source, env, out);
    await addTracked(place, env, since, [...without, ...repositories]);
    await removeEntries(place, env, special);
    const nested: NestedRepository[] = [];
    for (const path of repositories) {
      if (modules.has(path))
        nested.push(...(await addSubmodule(place, env, path, foundBelow(path, inside))));
      else nested.push(await addRepository(place, env, path));
    }
    // It may look at files again that were written just now.
    const tree = await gitLine(asBytes(place), ['write-tree'], { env });
    nested.push(...gitlinks.filter((path) => isFilledByHand(place, path)).map(filledByHand));
    const isReinitialised = isFolder(place.directory);
    const left = [...special, ...unnameable].sort();
    return { tree, nested, left, unconverted, isReinitialised };
  });
}

/** Which conversion a failure of git speaks of: the file, or the filter; null: none. */
function failedConversion(error: unknown): { path: RawPath } | { filter: string } | null {
  const stderr = error instanceof Failure ? String(error.details.stderr ?? '') : '';
  const filter = /clean filter '(.+)' failed/.exec(stderr)?.[1];
  if (filter !== undefined) return { filter };
  const encoding = /(?:failed to encode '(.+)' from|BOM is \w+ in '(.+)' if encoded)/.exec(stderr);
  const path = encoding?.[1] ?? encoding?.[2];
  return path === undefined ? null : { path: rawPathOf(path) };
}

/**
 * Adds all; files whose filter or encoding fails as they are, byte for byte, instead of giving up on everything.
 * Gives their names.
 */
async function addWhatConverts(
  { place, indexFile }: WorkingTreeSource,
  env: Env,
  without: readonly RawPath[],
): Promise<RawPath[]> {
  const failed = new Set<RawPath>();
  for (;;) {
    try {
      await addAll(place, env, [...without, ...failed]);
      break;
    } catch (error) {
      const cause = failedConversion(error);
      const known = failed.size;
      if (cause !== null && 'path' in cause) failed.add(cause.path);
      if (cause !== null && 'filter' in cause) {
        const paths = await readThrough(place, indexFile, cause.filter);
        for (const path of paths) failed.add(path);
      }
      if (failed.size === known) throw error;
    }
  }
  const there = [...failed].filter((path) => kindOf(place.directory, path) === 'file');
  await addByName(asBytes(place), env, there);
  return there;
}

/** The files that a filter is named for, of those that git would read: written since the index, or new. */
async function readThrough(
  place: TrustedPlace,
  indexFile: string,
  filter: string,
): Promise<RawPath[]> {
  const bytes = asBytes(place);
  const paths = await withTemporaryIndex(bytes, { indexFile }, async (env) => {
    const list = async (...words: string[]) => splitNul((await git(bytes, words, { env })).stdout);
    return [
      ...(await list('diff-files', '-z', '--name-only', '--diff-filter=d', '--ignore-submodules')),
      ...(await list('ls-files', '-z', '--others', '--exclude-standard')),
    ];
  });
  const converted = await convertedPaths(place, paths);
  return paths.filter((path) => converted.get(path) === filter);
}

/** Adds files by name, ignored or not, as far as they are there. */
async function addTracked(
  place: TrustedPlace,
  env: Env,
  paths: readonly RawPath[],
  without: readonly RawPath[],
): Promise<void> {
  const isOut = (path: RawPath) => without.some((it) => path === it || path.startsWith(`${it}/`));
  const there = paths.filter(
    (path) => !isOut(path) && ['file', 'link'].includes(kindOf(place.directory, path) ?? ''),
  );
  await addByName(place, env, there);
}

async function addByName(place: TrustedPlace, env: Env, paths: readonly RawPath[]): Promise<void> {
  if (paths.length === 0) return;
  await git(place, ['update-index', '--add', '-z', '--stdin'], { env, input: joinNul(paths) });
}

async function removeEntries(place: TrustedPlace, env: Env, paths: readonly RawPath[]) {
  if (paths.length === 0) return;
  await git(place, ['update-index', '--force-remove', '-z', '--stdin'], {
    env,
    input: joinNul(paths),
  });
}

/** The paths that `.gitmodules` names: what it says more is not heeded. */
async function declaredModules({ directory }: TrustedPlace): Promise<RawPath[]> {
  const file = join(directory, '.gitmodules');
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return [];
  const words = [
    'config',
    '--no-includes',
    '--file',
    file,
    '-z',
    '--get-regexp',
    '^submodule\\..*\\.path$',
  ];
  const { stdout, exitCode } = await git(directory, words, { answers: [0, 1, 3, 128] });
  return exitCode === 0 ? splitNul(stdout).map((item) => item.slice(item.indexOf('\n') + 1)) : [];
}

/** Files in the folder of a submodule that is not checked out: git does not look there at all. */
function isFilledByHand({ directory }: TrustedPlace, path: RawPath): boolean {
  if (kindOf(directory, path) !== 'folder') return false;
  const names = readdirSync(placeOf(directory, path));
  return names.length > 0 && !names.includes('.git');
}

function filledByHand(path: RawPath): NestedRepository {
  return { path, kind: 'submodule', head: null, holdsMore: true };
}

/** A submodule is part of a tree as the commit that it stands at; what lies in it has to be kept beside. */
async function addSubmodule(
  place: TrustedPlace,
  env: Env,
  path: RawPath,
  inside: FoundInside,
): Promise<NestedRepository[]> {
  const own = await openNested(place, path);
  const { stdout } = await git(place, ['ls-files', '-z', '--stage', '--', literal(path)], { env });
  const before = /^160000 ([0-9a-f]+) /.exec(stdout.toString('latin1'))?.[1] ?? null;
  if (own.gitDir !== null && own.head !== null) {
    await git(place, ['update-index', '--add', '-z', '--index-info'], {
      env,
      input: bytesOf(`160000 ${own.head}\t${path}\0`),
    });
  }
  return judgeSubmodule(place, path, own, before, inside);
}

function literal(path: RawPath): string {
  return `:(top,literal)${pathText(path)}`;
}

/** The files of a nested repository as ordinary files: as a link to a commit that nobody else has they would be lost. */
async function addRepository(
  place: TrustedPlace,
  env: Env,
  path: RawPath,
): Promise<NestedRepository> {
  const inside = placeIn(place, placeOf(place.directory, path).toString('utf8'));
  // A folder may have become a repository whose files were tracked: what is not there any more was deleted.
  const tracked = await git(place, ['ls-files', '-z', '--', literal(path)], { env });
  await removeEntries(place, env, splitNul(tracked.stdout));
  const files = await withTemporaryIndex(inside, 'empty', async (index) => {
    const words = ['ls-files', '-z', '--others', '--exclude-standard'];
    const { stdout } = await git(inside, words, { env: index });
    // A repository inside this one is named with a slash at its end, and has its own turn.
    return splitNul(stdout).filter((file) => !file.endsWith('/'));
  });
  const names = files.map((file) => `${path}/${file}`);
  const there = new Set([
    ...(await notIgnored(place, env, names, ['--no-index'])),
    ...splitNul(tracked.stdout),
    ...(await trackedInside(place, path)),
  ]);
  const regular = [...there].filter((it) =>
    ['file', 'link'].includes(kindOf(place.directory, it) ?? ''),
  );
  await addByName(place, env, regular);
  const { head } = await openNested(place, path);
  return { path, kind: 'repository', head, holdsMore: head !== null };
}

/** What a nested repository tracks counts, ignored or not; an index that cannot be read tells nothing. */
async function trackedInside(place: TrustedPlace, path: RawPath): Promise<RawPath[]> {
  const nested = placeOf(place.directory, path).toString('utf8');
  const gitDir = gitDirOf(nested);
  if (gitDir === null) return [];
  const options = { env: { GIT_DIR: gitDir, GIT_WORK_TREE: nested }, answers: [0, 1, 128] };
  const { stdout, exitCode } = await git(nested, ['ls-files', '-z', '--cached'], options);
  return exitCode === 0 ? splitNul(stdout).map((file) => `${path}/${file}`) : [];
}

function unreadableFolder(directory: string, folders: readonly RawPath[]): Failure {
  const names = folders.map(pathText);
  return new Failure({
    code: 'unreadable-folder',
    message: `${names.length === 1 ? 'A folder' : `${names.length} folders`} in ${directory} cannot be read: ${names.slice(0, 5).join(', ')}.`,
    hint: 'Give yourself permission to read there (chmod u+rx), then run the same command again.',
    details: { directory, folders: names },
  });
}

function notReadable(directory: string, rules: readonly RawPath[]): Refusal {
  const names = rules.map(pathText);
  return new Refusal({
    code: 'special-file',
    message: `${names.join(', ')} in ${directory} is a fifo, a socket or a device, where git expects rules to read: it would wait for ever.`,
    hint: 'Remove it, then run the same command again.',
    details: { directory, files: names },
  });
}
