/**
 * A git directory of our own beside the repository's. Whatever reads or writes files of a working tree goes through it,
 * because the repository's own is shared with the models: they can write filters, merge drivers, attributes and ignore
 * rules into it, lock or damage a worktree's index, or replace the worktree's `.git` by something else. The trusted one
 * was filled before any model ran. Objects are written to the repository's own store.
 */
import { existsSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { chmod, mkdir, rm, writeFile } from '../disk.ts';
import { Failure, systemErrorCode } from '../errors.ts';
import { identifyProcess } from '../process/processes.ts';
import { git, type TrustedPlace } from './git.ts';
import { NOTHING_FETCHED } from './nothing-fetched.ts';
import { bytesOf, pathText, rawPathOf, splitNul } from './paths.ts';
import type { Repository } from './repository.ts';

/** A key in git's canonical form (`filter.lfs.clean`), its value; null: a key without one, which is true. */
export type Setting = readonly [key: string, value: string | null];

/**
 * What of `core` says how files become objects. The rest says how git talks and what it starts; or, as with
 * `core.trustctime`, it allows git to overlook a change.
 */
const CORE = new Set(
  [
    ...['autocrlf', 'eol', 'attributesFile', 'excludesFile', 'fileMode', 'symlinks', 'protectHFS'],
    ...['protectNTFS', 'precomposeUnicode', 'sparseCheckout', 'sparseCheckoutCone', 'preloadIndex'],
    ...['checkRoundtripEncoding', 'sharedRepository'],
  ].map((name) => `core.${name.toLowerCase()}`),
);
const SECTIONS = /^(filter|merge|lfs|diff)\./;
const EXTENSIONS = new Set(['extensions.objectformat', 'extensions.partialclone']);
/** Where git-lfs fetches what a file stands for. */
const REMOTES = /^(remote|url|credential)\./;
/** A partial clone may have to fetch an object that is read. */
const NETWORK = /^(http|ssh|protocol)\.|^core\.(sshcommand|askpass)$/;
/** Programs that only show differences: never asked for, so never kept. */
const SHOWS = /^diff\.(external|.*\.(command|textconv))$/;

/** The settings that count for contents, of all that the user has. */
export function settingsForContents(all: readonly Setting[]): Setting[] {
  const isPartial = all.some(
    ([key]) => key === 'extensions.partialclone' || /^remote\..*\.promisor$/.test(key),
  );
  const fetches = isPartial || all.some(([key]) => key.startsWith('filter.lfs.'));
  return all.filter(
    ([key]) =>
      CORE.has(key) ||
      EXTENSIONS.has(key) ||
      (SECTIONS.test(key) && !SHOWS.test(key)) ||
      (fetches && REMOTES.test(key)) ||
      (isPartial && NETWORK.test(key)),
  );
}

/** Settings as a configuration file that git reads back as they are. */
export function configurationText(settings: readonly Setting[]): string {
  return settings
    .map(([key, value]) => {
      const [section, subsection, name] = partsOfKey(key);
      const head = subsection === null ? section : `${section} "${escaped(subsection)}"`;
      return value === null
        ? `[${head}]\n\t${name}\n`
        : `[${head}]\n\t${name} = "${escaped(value).replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"\n`;
    })
    .join('');
}

function partsOfKey(key: string): [section: string, subsection: string | null, name: string] {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
  const subsection = first === last ? null : key.slice(first + 1, last);
  return [key.slice(0, first), subsection, key.slice(last + 1)];
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** The settings of a text that configurationText() made; null: it is another text, if only in part. */
export function parseConfiguration(text: string): Setting[] | null {
  const entry = /\[([^\s\]]+)(?: "([^\n]*)")?\]\n\t(\S+)(?: = "([^\n]*)")?\n/gy;
  const settings = [...text.matchAll(entry)].map(
    ([, section, subsection, name, value]): Setting => {
      const key = [section, ...(subsection === undefined ? [] : [unescaped(subsection)]), name];
      return [key.join('.'), value === undefined ? null : unescaped(value)];
    },
  );
  return configurationText(settings) === text ? settings : null;
}

function unescaped(text: string): string {
  const meanings: Record<string, string> = { n: '\n', t: '\t' };
  return text.replaceAll(/\\(.)/g, (_, letter: string) => meanings[letter] ?? letter);
}

/**
 * What holds in a place's git directory, a key without a value as `true`: git need not be asked for what we wrote.
 * @throws Failure `damaged-file` where it is not as we wrote it
 */
export async function settingsOf({ env }: TrustedPlace): Promise<Map<string, string>> {
  const file = join(env.GIT_DIR ?? '', 'config');
  const text = await readFile(file, 'latin1').catch(() => null);
  const settings = text === null ? null : parseConfiguration(text);
  if (settings === null) throw damaged(file);
  // The last of several counts.
  return new Map(settings.map(([key, value]) => [key, value ?? 'true']));
}

function damaged(file: string): Failure {
  return new Failure({
    code: 'damaged-file',
    message: `${file} is gone, or not as it was written: it says how files become objects.`,
    hint: 'It was changed by something else. The refs under refs/mm/ still hold all captures.',
    details: { file },
  });
}

/** Attributes under which bytes are what they are: no line ends, no filters, no encodings. */
const AS_BYTES = '* -text -crlf -ident -filter !working-tree-encoding\n';

/**
 * `main`: files become objects as the user's settings say. `worktrees`: the same for worktrees that we fill, where a
 * mode is what the disk says, also if the user has git ignore modes, and where git-lfs downloads nothing. `bytes`:
 * nothing is converted.
 */
export type Trust = 'main' | 'worktrees' | 'bytes';

/**
 * Makes the trusted git directories of a repository below a folder, from what holds now.
 * @param all what readSettings() has just given, where the caller needs it too
 */
export async function makeTrustedGitDirs(
  folder: string,
  repository: Repository,
  all?: readonly Setting[],
): Promise<void> {
  const { topLevel, commonDir, gitDir, head } = repository;
  const settings = settingsForContents(all ?? (await readSettings(topLevel)));
  const ours = ownSettings(commonDir, head, settings);
  const files = settings.filter(([key]) => CORE.has(key) || EXTENSIONS.has(key));
  const shared = {
    exclude: await contentOf(join(commonDir, 'info', 'exclude')),
    'sparse-checkout': await contentOf(join(gitDir, 'info', 'sparse-checkout')),
  };
  const attributes = await contentOf(join(commonDir, 'info', 'attributes'));
  const trusts: Record<Trust, { settings: Setting[]; info: Record<string, Buffer | null> }> = {
    main: { settings: [...settings, ...ours], info: { ...shared, attributes } },
    worktrees: {
      settings: [
        ...settings,
        ...ours,
        ...Object.entries(NOTHING_FETCHED),
        ['core.filemode', String(await keepsModes(commonDir))],
      ],
      info: { ...shared, attributes },
    },
    bytes: {
      settings: [...files, ...ours, ['core.autocrlf', 'false']],
      info: { ...shared, attributes: Buffer.from(AS_BYTES) },
    },
  };
  for (const [name, { settings, info }] of Object.entries(trusts)) {
    const directory = join(folder, name);
    await mkdir(join(directory, 'refs'), { recursive: true, mode: 0o700 });
    await mkdir(join(directory, 'info'), { recursive: true, mode: 0o700 });
    await writeFile(join(directory, 'config'), bytesOf(configurationText(settings)), {
      mode: 0o600,
    });
    for (const [file, content] of Object.entries(info)) {
      if (content === null) continue;
      await writeFile(join(directory, 'info', file), content, { mode: 0o600 });
    }
    // Last: without it git does not take the folder for a git directory.
    await writeFile(join(directory, 'HEAD'), `${head}\n`);
  }
}

/** What does not depend on the user: how this disk is, and that nothing is overlooked. */
function ownSettings(commonDir: string, head: string, settings: readonly Setting[]): Setting[] {
  const storage = settings.findLast(([key]) => key === 'lfs.storage')?.[1] ?? 'lfs';
  return [
    ['core.repositoryformatversion', head.length === 64 ? '1' : '0'],
    ['core.bare', 'false'],
    // As git init finds out; somebody may have set it since.
    ['core.ignorecase', String(existsSync(join(commonDir, 'cOnFiG')))],
    // An irreversible conversion is told, not fatal.
    ['core.safecrlf', 'false'],
    // Large files are streamed: never whole in memory.
    ['core.bigfilethreshold', '32m'],
    ['core.compression', '1'],
    // git-lfs keeps its files in the git directory, or where a path leads from there, and would take ours for it.
    ['lfs.storage', rawPathOf(resolve(commonDir, pathText(storage)))],
  ];
}

/** The beginning of a probe's name; the process id follows. */
const PROBE = 'mm-probe-';

/** Whether the disk knows which files are executable, found out as git init does. */
async function keepsModes(folder: string): Promise<boolean> {
  await removeOldProbes(folder);
  const probe = join(folder, `${PROBE}${process.pid}`);
  await writeFile(probe, '');
  try {
    await chmod(probe, 0o700);
    const executable = (await lstat(probe)).mode & 0o100;
    await chmod(probe, 0o600);
    return executable !== 0 && ((await lstat(probe)).mode & 0o100) === 0;
  } finally {
    await rm(probe, { force: true });
  }
}

/** Those of processes that were killed on the way. */
async function removeOldProbes(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(PROBE) ? Number(name.slice(PROBE.length)) : Number.NaN;
    if (Number.isNaN(pid) || (await identifyProcess(pid)) !== null) continue;
    await rm(join(folder, name), { force: true });
  }
}

/** All settings that hold in a directory. Our own for this very command come last, as if the user had them. */
export async function readSettings(directory: string): Promise<Setting[]> {
  const { stdout } = await git(directory, ['config', '--list', '-z', '--includes']);
  // Bytes, one character each: a value may be in any encoding.
  return splitNul(stdout).map((item) => {
    const at = item.indexOf('\n');
    return at < 0 ? [item, null] : [item.slice(0, at), item.slice(at + 1)];
  });
}

async function contentOf(file: string): Promise<Buffer | null> {
  return readFile(file).catch((error) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  });
}

/** A working tree seen through a trusted git directory. */
export function trustedPlace(gitDir: string, commonDir: string, directory: string): TrustedPlace {
  return {
    directory,
    env: {
      GIT_DIR: gitDir,
      GIT_WORK_TREE: directory,
      GIT_OBJECT_DIRECTORY: join(commonDir, 'objects'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    },
  };
}

/** The same git directory over another folder. */
export function placeIn(place: TrustedPlace, directory: string): TrustedPlace {
  return { directory, env: { ...place.env, GIT_WORK_TREE: directory } };
}

/** Whether nothing is converted there. */
export function isAsBytes(place: TrustedPlace): boolean {
  return basename(place.env.GIT_DIR ?? '') === ('bytes' satisfies Trust);
}

/** The same folder with nothing converted. */
export function asBytes(place: TrustedPlace): TrustedPlace {
  const gitDir = join(dirname(place.env.GIT_DIR ?? ''), 'bytes' satisfies Trust);
  return { directory: place.directory, env: { ...place.env, GIT_DIR: gitDir } };
}
