/** Where a bundle is to be written, looked at before anything is done. */
import { lstatSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ExpectedError, Refusal, UsageError } from '../../errors.ts';
import { refPrefix, type Session } from '../../session/session.ts';
import { sessionCommand } from '../../session/session-command.ts';
import { RESULTS_REF } from './bundle-facts.ts';
import { readBundleHeader } from './bundle-header.ts';

/**
 * The place of a bundle, absolute.
 * @param file from the current directory
 * @throws Refusal `nothing-captured`, `bundle-exists`; UsageError `no-such-folder`
 */
export async function planBundle(session: Session, file: string): Promise<string> {
  const path = resolve(file);
  if (session.data.captures.length === 0) throw nothingCaptured(session);
  if (!isFolder(dirname(path))) throw noSuchFolder(path);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path;
  if (await isBundleOf(session, path)) return path;
  throw new Refusal({
    code: 'bundle-exists',
    message: `${path} is there already, and is no bundle of this session. Nothing was changed.`,
    hint: 'Name another file with --bundle, or move that one away.',
    details: { file: path },
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The archive that cleanup writes has the captures too, but no results. */
async function isBundleOf(session: Session, file: string): Promise<boolean> {
  try {
    const { refs } = await readBundleHeader(file);
    return refs.some(({ name }) => name === `${refPrefix(session)}/${RESULTS_REF}`);
  } catch (error) {
    if (error instanceof ExpectedError) return false;
    throw error;
  }
}

function nothingCaptured(session: Session): Refusal {
  return new Refusal({
    code: 'nothing-captured',
    message: 'Nothing has been captured in this session, so there is nothing to put into a bundle.',
    hint: `Leave out --bundle, or capture: ${sessionCommand(session, 'capture-diff', '--all')}`,
  });
}

function noSuchFolder(path: string): UsageError {
  return new UsageError({
    code: 'no-such-folder',
    message: `${dirname(path)} is no folder, so ${path} cannot be written.`,
    hint: 'Make the folder, or name a file in one that is there.',
    details: { file: path },
  });
}
