/**
 * A git directory made from another on this machine, without a network and without git's own clone, which would go by
 * the other's configuration. Only what is never written to again is shared: object files, as links.
 */
import { constants } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { copyFile, link, mkdir, writeFile } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import { git } from './git.ts';
import { commonDirOf } from './nested-repository.ts';
import { bytesOf, rawPathOf, splitNul } from './paths.ts';
import { configurationText, type Setting } from './trusted-git-dir.ts';

/** Somebody may repack the other one meanwhile: the objects that vanish lie in a new pack then. */
const TRIES = 3;

/**
 * Makes `to`, a git directory whose HEAD is detached at `head`, with all objects, branches, tags and remotes of `from`.
 * It has no index, and depends on `from` in nothing.
 * @param from a git directory; it is only read
 * @param worktree where its working tree will lie
 */
export async function cloneGitDir(
  from: string,
  to: string,
  { head, worktree }: { head: string; worktree: string },
): Promise<void> {
  const common = commonDirOf(from);
  for (const folder of ['objects/pack', 'objects/info', 'refs', 'info'])
    await mkdir(join(to, folder), { recursive: true });
  await linkObjects(join(common, 'objects'), join(to, 'objects'));
  await linkBelow(join(common, 'lfs', 'objects'), join(to, 'lfs', 'objects'));
  await copyIfThere(join(common, 'shallow'), join(to, 'shallow'));
  const settings: Setting[] = [
    ...settingsToKeep(await readSettings(join(common, 'config'))),
    ['core.bare', 'false'],
    ['core.logallrefupdates', 'true'],
    ['core.worktree', rawPathOf(worktree)],
  ];
  await writeFile(join(to, 'config'), bytesOf(configurationText(settings)));
  await writeFile(join(to, 'packed-refs'), await listRefs(from));
  // Last: without it git does not take the folder for a git directory.
  await writeFile(join(to, 'HEAD'), `${head}\n`);
}

const KEPT = [
  /^core\.(repositoryformatversion|filemode|ignorecase|symlinks|precomposeunicode|autocrlf|eol)$/,
  /^extensions\.(objectformat|partialclone)$/,
  /^remote\..*\.(url|pushurl|fetch|tagopt|promisor|partialclonefilter)$/,
  /^branch\..*\.(remote|merge|rebase)$/,
  /^(user\.(name|email)|submodule\..*\.(url|active)|lfs\.(url|fetchexclude|fetchinclude))$/,
];

/** What says how its contents are and where they came from; nothing that names a program or another file. */
export function settingsToKeep(all: readonly Setting[]): Setting[] {
  return all.filter(([key]) => KEPT.some((pattern) => pattern.test(key)));
}

async function readSettings(file: string): Promise<Setting[]> {
  const words = ['config', '--no-includes', '--file', file, '--list', '-z'];
  const { stdout } = await git('/', words);
  return splitNul(stdout).map((item) => {
    const at = item.indexOf('\n');
    return at < 0 ? [item, null] : [item.slice(0, at), item.slice(at + 1)];
  });
}

/** Branches, tags and what is known of remotes, as a `packed-refs` file; symbolic ones are left out. */
async function listRefs(gitDir: string): Promise<Buffer> {
  const format = '--format=%(objectname) %(refname) %(symref)';
  const words = ['for-each-ref', format, 'refs/heads', 'refs/tags', 'refs/remotes'];
  const { stdout } = await git(gitDir, words, { env: { GIT_DIR: gitDir } });
  const lines = stdout.toString('latin1').split('\n');
  return bytesOf(lines.flatMap((it) => (it.endsWith(' ') ? [`${it.trimEnd()}\n`] : [])).join(''));
}

/** Links a repository's objects, and those that it borrows from others, so that the result borrows none. */
async function linkObjects(from: string, to: string): Promise<void> {
  for (const folder of await withAlternates(from)) {
    for (let attempt = 1; ; attempt++) {
      try {
        await linkObjectFiles(folder, to);
        break;
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOENT' || attempt === TRIES) throw error;
      }
    }
  }
}

async function withAlternates(objects: string): Promise<string[]> {
  const found = [objects];
  for (const folder of found) {
    const text = await readFile(join(folder, 'info', 'alternates'), 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const other = isAbsolute(line) ? line : resolve(folder, line);
      if (!found.includes(other)) found.push(other);
    }
  }
  return found;
}

const FOLDER_OF_LOOSE = /^[0-9a-f]{2}$/;
const LOOSE = /^[0-9a-f]{38}([0-9a-f]{24})?$/;
/** What else lies beside packs says only how to find things faster, and may speak of packs that are gone. */
const PACK = /^pack-[0-9a-f]+\.(pack|idx|rev|bitmap|promisor|mtimes)$/;

async function linkObjectFiles(from: string, to: string): Promise<void> {
  for (const entry of await entriesOf(from)) {
    if (!entry.isDirectory()) continue;
    const wanted = FOLDER_OF_LOOSE.test(entry.name) ? LOOSE : entry.name === 'pack' ? PACK : null;
    if (wanted === null) continue;
    await linkFiles(join(from, entry.name), join(to, entry.name), wanted);
  }
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

/** Everything below a folder; one that is not there holds nothing. No link is followed. */
async function linkBelow(from: string, to: string): Promise<void> {
  const entries = await entriesOf(from).catch(() => []);
  if (entries.some((entry) => entry.isFile())) await linkFiles(from, to, /./);
  for (const entry of entries) {
    if (entry.isDirectory()) await linkBelow(join(from, entry.name), join(to, entry.name));
  }
}

/** So many at the same time: thousands of loose objects one after the other take seconds. */
const AT_ONCE = 32;

async function linkFiles(from: string, to: string, wanted: RegExp): Promise<void> {
  await mkdir(to, { recursive: true });
  const names = (await entriesOf(from)).flatMap((it) =>
    it.isFile() && wanted.test(it.name) ? [it.name] : [],
  );
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    await Promise.all(some.map((name) => share(join(from, name), join(to, name))));
  }
}

/**
 * Gives a file that is never written to a second name: blocks shared, where the disk can do that, so that whoever writes
 * to one all the same does not reach the other; else a hard link; across disks a copy.
 */
async function share(from: string, to: string): Promise<void> {
  const ways = [
    () => copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE),
    () => link(from, to),
    () => copyFile(from, to, constants.COPYFILE_EXCL),
  ];
  for (const [at, way] of ways.entries()) {
    try {
      return await way();
    } catch (error) {
      const code = systemErrorCode(error);
      // The same object can come from two places.
      if (code === 'EEXIST') return;
      if (code === 'ENOENT' || at === ways.length - 1) throw error;
    }
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  });
}
