/** Phase 8: everything that a session's picks need to be applied again elsewhere, and what came of it, in one file. */
import { lstatSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ExpectedError, Refusal, UsageError } from '../../errors.ts';
import { writeBlobs } from '../../git/blobs.ts';
import { git, gitLine, type TrustedPlace } from '../../git/git.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree, writeTree } from '../../git/trees.ts';
import { maskText } from '../../secrets.ts';
import { replaceFile } from '../../session/files.ts';
import { passName } from '../../session/paths.ts';
import { captureOf, type Session, standingApplication } from '../../session/session.ts';
import { sessionCommand } from '../../session/session-command.ts';
import { secretsOf } from '../../session/session-secrets.ts';
import { ensureObjects } from '../archive.ts';
import { readApplied, summaryForOthers } from '../summary.ts';
import {
  asLine,
  type BundleFacts,
  bundleHead,
  captureFolder,
  factsSchema,
  MOST_TEXT_BYTES,
  readBundle,
  textsOf,
} from './bundle-format.ts';
import { noteBundle, type WrittenBundle } from './bundle-records.ts';
import { hidePlaces, placesOf } from './hide-places.ts';
import { lookInto } from './open-bundle.ts';
import { withQuarantine } from './quarantine.ts';

/**
 * The place of a bundle, absolute, looked at before anything is done.
 * @param file from the current directory
 * @throws Refusal `nothing-captured`, `bundle-exists`; UsageError `no-such-folder`
 */
export async function planBundle(session: Session, file: string): Promise<string> {
  const path = resolve(file);
  if (session.data.captures.length === 0) {
    throw new Refusal({
      code: 'nothing-captured',
      message: 'Nothing has been captured in this session: there is nothing to put into a bundle.',
      hint: `Leave out --bundle, or capture: ${sessionCommand(session, 'capture-diff', '--all')}`,
    });
  }
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError({
      code: 'no-such-folder',
      message: `${dirname(path)} is no folder, so ${path} cannot be written.`,
      hint: 'Make the folder, or name a file in one that is there.',
      details: { file: path },
    });
  }
  if (lstatSync(path, { throwIfNoEntry: false }) && !(await isBundleOf(session, path))) {
    throw new Refusal({
      code: 'bundle-exists',
      message: `${path} is there already, and is no bundle of this session. Nothing was changed.`,
      hint: 'Name another file with --bundle, or move that one away.',
      details: { file: path },
    });
  }
  return path;
}

async function isBundleOf({ data }: Session, file: string): Promise<boolean> {
  try {
    return (await readBundle(file)).session_id === data.session_id;
  } catch (error) {
    if (error instanceof ExpectedError) return false;
    throw error;
  }
}

/**
 * Writes the bundle of a session. The user's repository is only read; the same session gives the same commit.
 * @param file as planBundle() gave it
 * @returns with what was left out of the texts, by its name
 * @throws Refusal `session-expired`; UsageError `bad-bundle` where it could not be opened; Failure `cannot-write`
 */
export async function writeBundle(
  repository: Repository,
  session: Session,
  file: string,
): Promise<WrittenBundle & { leftOut: string[] }> {
  await ensureObjects(repository, session);
  const { session_id, ref } = session.data;
  const { facts, texts, leftOut } = await readForOthers(session);
  const { results, pack } = await withQuarantine(repository, async (place) => {
    const results = await commitResults(place, session, facts, texts);
    // The user's own history is left out: whoever applies it has that commit.
    const words = ['pack-objects', '-q', '--revs', '--thin', '--delta-base-offset', '--stdout'];
    const { stdout } = await git(place, words, { input: `${results}\n^${ref}\n` });
    return { results, pack: stdout };
  });
  // It is proved that it can be opened, before anybody relies on it.
  const bundle = { session_id, ref, results, pack };
  await withQuarantine(repository, (place) => lookInto(place, bundle, file));
  const bytes = Buffer.concat([Buffer.from(bundleHead(bundle)), pack]);
  await replaceFile(file, bytes);
  const written = { file, bytes: bytes.length, results, written_at: new Date().toISOString() };
  await noteBundle(session, written);
  return { ...written, leftOut };
}

async function commitResults(
  { directory, env }: TrustedPlace,
  session: Session,
  facts: BundleFacts,
  texts: ReadonlyMap<string, string>,
): Promise<string> {
  const { base, created_at, session_id } = session.data;
  // With another time, the same results would be another commit.
  const dates = { GIT_AUTHOR_DATE: created_at, GIT_COMMITTER_DATE: created_at };
  const place = { directory, env: { ...env, ...dates } };
  const all = [['session.json', `${JSON.stringify(facts, null, 2)}\n`] as const, ...texts];
  const blobs = await writeBlobs(
    place,
    all.map(([, text]) => Buffer.from(text)),
  );
  const entries = all.map(
    ([name], at) => [name, { mode: '100644', oid: blobs[at] ?? '' }] as const,
  );
  const folders = [['session', await writeTree(place, new Map(entries))]];
  for (const { model, captured } of facts.models) {
    for (const pass of captured)
      folders.push([captureFolder(model, pass), captureOf(session, model, pass)?.tree ?? '']);
  }
  const input = folders.map(([name, tree]) => `040000 tree ${tree}\t${name}\n`).join('');
  const root = await gitLine(place, ['mktree'], { input });
  return commitTree(place, root, [base], `results of ${session_id}`);
}

/** What stands in a session, without places and secrets of this machine. */
async function readForOthers(session: Session) {
  const { data } = session;
  const [places, secrets] = [placesOf(session), await secretsOf(session)];
  const change = (text: string) => maskText(hidePlaces(text, places), secrets);
  const shown = (text: string | null) => text && asLine(change(text));
  const passes = Array.from({ length: data.current_pass }, (_, at) => at + 1);
  const models = data.models.map(({ model, available, backend, version, agent_model }) => ({
    ...{ model, backend: shown(backend), version: shown(version), agent_model: shown(agent_model) },
    captured: passes.filter((pass) => available && captureOf(session, model, pass) !== null),
  }));
  const { texts, leftOut } = await readTexts(session, { passes: passes.length, models }, change);
  const mixes: BundleFacts['mixes'] = [];
  for (const pass of passes.filter((it) => texts.has(`${passName(it)}/picks.json`))) {
    const applied = await readApplied(session, pass);
    if (applied !== null) mixes.push({ pass, tree: applied.tree });
  }
  const standing = standingApplication(session);
  const stands = mixes.find(({ pass, tree }) => pass === standing?.pass && tree === standing.tree);
  const facts = factsSchema.parse({
    schema_version: 2,
    task: asLine(change(data.prompt_summary)),
    timeout_s: data.timeout_s,
    passes: passes.length,
    replayed: (stands ?? mixes.at(-1))?.pass ?? Math.max(...models.flatMap((it) => it.captured)),
    ...{ models, mixes },
  });
  return { facts, texts, leftOut };
}

/** Paths of the repository are exact: in data, the rest is prose. */
const EXACT = new Set(['path', 'path_base64', 'old_path', 'moved_to']);

async function readTexts(
  session: Session,
  of: Pick<BundleFacts, 'passes' | 'models'>,
  change: (text: string) => string,
) {
  const texts = new Map([['summary.md', change(await summaryForOthers(session))]]);
  const leftOut: string[] = [];
  // Marks for secrets may be longer than these.
  let room = MOST_TEXT_BYTES / 2;
  for (const name of textsOf(of).filter((it) => !texts.has(it))) {
    const file = join(session.directory, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) continue;
    const text = size > room ? null : changeText(name, await readFile(file, 'utf8'), change);
    if (text === null) leftOut.push(name);
    else texts.set(name, text);
    room -= text === null ? 0 : size;
  }
  return { texts, leftOut };
}

/** Null for what should be JSON and is not. */
function changeText(name: string, text: string, change: (text: string) => string): string | null {
  if (!name.endsWith('.json')) return change(text);
  const changed = (key: string, value: unknown) =>
    typeof value === 'string' && !EXACT.has(key) ? change(value) : value;
  try {
    return `${JSON.stringify(JSON.parse(text, changed), null, 2)}\n`;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
