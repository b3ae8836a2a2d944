/** Phase 8: everything that a session's picks need to be applied again elsewhere, and what came of it, in one file. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { chmod, mkdir, rename, rm } from '../../disk.ts';
import { Failure } from '../../errors.ts';
import { git } from '../../git/git.ts';
import { type Ref, writeRefs } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { cannotWrite } from '../../session/files.ts';
import { passName } from '../../session/paths.ts';
import {
  participants,
  refPrefix,
  type Session,
  standingApplication,
} from '../../session/session.ts';
import { ensureObjects } from '../archive.ts';
import { readApplied, summaryForOthers } from '../summary.ts';
import { makeCommits } from './bundle-commits.ts';
import {
  asLine,
  type BundleFacts,
  bundleFactsSchema,
  captureRef,
  FACTS_VERSION,
  RESULTS_REF,
} from './bundle-facts.ts';
import { readBundleHeader } from './bundle-header.ts';
import { collectResults, FACTS_FILE, PICKS_FILE } from './bundle-results.ts';
import { type HiddenPlace, hidePlaces, placesOf } from './hide-places.ts';
import { withStagingRepository } from './staging-repository.ts';
import { noteBundle, type WrittenBundle } from './written-bundles.ts';

/**
 * Writes the bundle of a session, beside its place first. The user's repository is only read.
 * @param file as planBundle() gave it
 * @returns with what was left out of the results, by its name
 * @throws Refusal `session-expired`; Failure `bundle-incomplete`, `cannot-write`
 */
export async function writeBundle(
  repository: Repository,
  session: Session,
  file: string,
): Promise<WrittenBundle & { leftOut: string[] }> {
  await ensureObjects(repository, session);
  const places = placesOf(session);
  const { texts, leftOut } = await collectResults(session, await summaryForOthers(session), places);
  const facts = await readFacts(session, places, texts);
  texts.set(FACTS_FILE, `${JSON.stringify(facts, null, 2)}\n`);
  const results = await withStagingRepository(repository, async (staging) => {
    const refs = await makeCommits(staging, facts, texts);
    await writeRefs(staging, Object.fromEntries(refs));
    await packInto(staging, refs, facts, file);
    return refs.get(`${refPrefix(session)}/${RESULTS_REF}`) ?? '';
  });
  const written = {
    ...{ file, bytes: statSync(file).size, results },
    written_at: new Date().toISOString(),
  };
  await noteBundle(session, written);
  return { ...written, leftOut };
}

async function readFacts(
  session: Session,
  places: readonly HiddenPlace[],
  texts: ReadonlyMap<string, string>,
): Promise<BundleFacts> {
  const { data } = session;
  const shown = (text: string | null) => text && asLine(hidePlaces(text, places));
  const passes = Array.from({ length: data.current_pass }, async (_, index) => {
    const hasPicks = texts.has(`${passName(index + 1)}/${PICKS_FILE}`);
    return { pass: index + 1, synthesis: hasPicks ? await synthesisOf(session, index + 1) : null };
  });
  const facts: BundleFacts = {
    schema_version: FACTS_VERSION,
    session_id: data.session_id,
    task: asLine(hidePlaces(data.prompt_summary, places)),
    created_at: data.created_at,
    ref: data.ref,
    base: data.base,
    holds_user_changes: data.base !== data.ref,
    timeout_s: data.timeout_s,
    completed_passes: data.completed_passes,
    models: data.models.map(({ model, role, available, backend, version, agent_model }) => ({
      ...{ model, role, available, backend: shown(backend) },
      ...{ version: shown(version), agent_model: shown(agent_model) },
    })),
    captures: capturesOf(session),
    passes: await Promise.all(passes),
  };
  return bundleFactsSchema.parse(facts);
}

/** Of those who take part, the last of each pass, as comparisons take them. */
function capturesOf(session: Session): BundleFacts['captures'] {
  const models = new Set(participants(session).map(({ model }) => model));
  const last = new Map(
    session.data.captures
      .filter(({ model }) => models.has(model))
      .map((it) => [captureRef('', it.model, it.pass), it]),
  );
  return [...last.values()].map(({ model, pass, tree, state, captured_at }) => ({
    ...{ model, pass, tree, state, captured_at },
  }));
}

async function synthesisOf(
  session: Session,
  pass: number,
): Promise<BundleFacts['passes'][number]['synthesis']> {
  const applied = await readApplied(session, pass);
  if (applied === null) return null;
  const { tree, to } = applied;
  const standing = standingApplication(session);
  return { tree, to, stands: standing?.pass === pass && standing.tree === tree };
}

/** Nobody else sees it before it is whole, nor can others read it then. */
async function packInto(
  staging: string,
  refs: ReadonlyMap<string, string>,
  facts: BundleFacts,
  file: string,
): Promise<void> {
  const folder = join(dirname(file), `.${basename(file)}-${facts.session_id}`);
  try {
    // What a killed process left there is of no use.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    const draft = join(folder, 'bundle');
    await git(
      staging,
      ['-c', 'pack.compression=-1', 'bundle', 'create', '--quiet', draft, '--stdin'],
      {
        // The user's own history is left out: whoever applies it has that commit.
        input: `${[...refs.keys(), `^${facts.ref}`].join('\n')}\n`,
      },
    );
    await git(staging, ['bundle', 'verify', '--quiet', draft]);
    await assertWhole(draft, refs, facts);
    await chmod(draft, 0o600);
    await rename(draft, file);
  } catch (error) {
    throw cannotWrite(file, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function assertWhole(
  draft: string,
  refs: ReadonlyMap<string, string>,
  { ref }: BundleFacts,
): Promise<void> {
  const header = await readBundleHeader(draft);
  const packed = new Map(header.refs.map(({ name, oid }: Ref) => [name, oid]));
  const missing = [...refs].filter(([name, oid]) => packed.get(name) !== oid);
  const isWhole = missing.length === 0 && packed.size === refs.size;
  if (isWhole && header.prerequisites.every((oid) => oid === ref)) return;
  throw new Failure({
    code: 'bundle-incomplete',
    message: `The bundle lacks ${missing.length} refs or builds on other commits than ${ref}, so it was not kept.`,
    hint: 'Run the same command with --trace; the session itself is as it was.',
    details: { missing: missing.map(([name]) => name), prerequisites: header.prerequisites },
  });
}
