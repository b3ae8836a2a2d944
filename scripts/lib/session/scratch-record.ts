/** A session's scratch worktree between two scripts: free for the next one, or held by a process. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { link, mkdir, rename, rm } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import { identifyProcess, ownIdentity } from '../process/processes.ts';
import { readJsonOrNull, replaceJson } from './files.ts';
import type { Session } from './session.ts';

/** What is known of a worktree that trees were laid in. */
const lyingSchema = z.object({
  path: z.string(),
  adminDir: z.string(),
  /** What it is provided for. */
  key: z.string(),
  /** Its `.git`, as git wrote it. */
  pointer: z.string(),
  /** What was provided, as it was before gates ran. */
  provided: z.array(z.tuple([z.string(), z.string()])),
  /** Packages that could not be had. */
  missing: z.array(z.string()).default([]),
});

export type Lying = z.output<typeof lyingSchema>;

const heldSchema = z.object({ pid: z.number(), started: z.string(), path: z.string() });

function folderOf(session: Session): string {
  return join(session.directory, 'scratch');
}

const freeFile = (session: Session) => join(folderOf(session), 'free.json');

let sequence = 0;

/** Takes what an earlier script left, and no other process has taken; null: there is none. */
export async function claimScratch(
  session: Session,
): Promise<{ lying: Lying; held: string } | null> {
  const claimed = join(folderOf(session), `claimed-${process.pid}-${sequence++}.json`);
  try {
    await rename(freeFile(session), claimed);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const lying = await readJsonOrNull(claimed, lyingSchema);
  if (lying === null) return null;
  const held = await holdScratch(session, lying.path);
  await rm(claimed, { force: true });
  return { lying, held };
}

/** Says that this process works in a worktree; gives the file that says so. */
export async function holdScratch(session: Session, path: string): Promise<string> {
  await mkdir(folderOf(session), { recursive: true, mode: 0o700 });
  const file = join(folderOf(session), `held-${process.pid}-${sequence++}.json`);
  await replaceJson(file, { ...(await ownIdentity()), path });
  return file;
}

/** Leaves it for the next script. False: another process has left its own. */
export async function leaveScratch(session: Session, lying: Lying, held: string): Promise<boolean> {
  const draft = `${held}.free`;
  await replaceJson(draft, lying);
  try {
    await link(draft, freeFile(session));
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await rm(held, { force: true });
  return true;
}

/** The worktrees in which processes work that are alive. */
export async function scratchInUse(session: Session): Promise<Set<string>> {
  const names = await readdir(folderOf(session)).catch(() => []);
  const paths = new Set<string>();
  for (const name of names.filter((one) => /^held-\d+-\d+\.json$/.test(one))) {
    const held = await readJsonOrNull(join(folderOf(session), name), heldSchema);
    const found = held && (await identifyProcess(held.pid));
    if (held !== null && found?.started === held.started) paths.add(held.path);
  }
  return paths;
}

/** Forgets all, where nobody works in any. */
export async function forgetScratch(session: Session): Promise<void> {
  await rm(folderOf(session), { recursive: true, force: true });
}
