/** What keeps files that no tree holds: copies of them as they were and as they are, under their own paths. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chmod, copyFile, mkdir, rm, symlink } from '../disk.ts';
import { pathText, type RawPath, rawPathOf } from '../git/paths.ts';
import type { Change } from '../session/compare-observations.ts';
import { type FileFacts, joinRaw } from '../session/file-facts.ts';
import { windowFolder } from '../session/guard-record.ts';
import type { Observation } from '../session/observation.ts';
import { commandLine } from '../shell-word.ts';
import { evidenceFolder, type WindowPlace } from './guard-anchor.ts';

/** What keeps a change's old state, and the command that shows it or brings it back. */
export interface Evidence {
  kept: string | null;
  command: string | null;
  /** What is not kept, and why. */
  note?: string;
}

export const NO_EVIDENCE: Evidence = { kept: null, command: null };

/** Copies the contents that were kept when the files were looked at. */
export class Copies {
  private readonly old: Map<RawPath, FileFacts>;
  private readonly now: Map<RawPath, FileFacts>;

  constructor(
    private readonly place: WindowPlace,
    before: Observation,
    after: Observation,
  ) {
    const top = rawPathOf(place.repository.topLevel);
    const byPath = ({ files, ignored }: Observation) =>
      new Map([
        ...files.map((file) => [file.path, file] as const),
        ...ignored.files.map((file) => [joinRaw(top, file.path), file] as const),
      ]);
    this.old = byPath(before);
    this.now = byPath(after);
  }

  /** @param path absolute */
  async evidence({ change }: Change, path: RawPath): Promise<Evidence> {
    if (change === 'unknown') return NO_EVIDENCE;
    const [old, now] = [this.old.get(path), this.now.get(path)];
    const before = await this.copy('before', path, old);
    const after = await this.copy('after', path, now);
    const file = pathText(path);
    if (change === 'added') return { kept: after, command: commandLine(['ls', '-la', file]) };
    if (before === null) return { ...NO_EVIDENCE, note: 'its content was not kept' };
    return { kept: before, command: copyBack(before, file, old, now) };
  }

  private async copy(
    side: 'before' | 'after',
    path: RawPath,
    facts: FileFacts | undefined,
  ): Promise<string | null> {
    const { session, window } = this.place;
    if (facts?.sha256 == null) return null;
    const content = join(windowFolder(session, window), 'contents', facts.sha256);
    if (!existsSync(content)) return null;
    const copy = `${join(evidenceFolder(this.place), side)}${pathText(path)}`;
    await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
    await rm(copy, { force: true });
    if (facts.kind === 'link') await symlink(await readFile(content), copy);
    else {
      await copyFile(content, copy);
      await chmod(copy, facts.mode);
    }
    return copy;
  }
}

/** A link in the place of the file must not be followed, and a folder may have gone with its file. */
function copyBack(
  copy: string,
  file: string,
  old: FileFacts | undefined,
  now: FileFacts | undefined,
): string {
  const copying = commandLine(['cp', '-pP', copy, file]);
  if (now === undefined) return `${commandLine(['mkdir', '-p', dirname(file)])} && ${copying}`;
  return now.kind === 'file' && old?.kind === 'file'
    ? copying
    : `${commandLine(['rm', '-f', file])} && ${copying}`;
}
