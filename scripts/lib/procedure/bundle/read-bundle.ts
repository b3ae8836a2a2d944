/**
 * A bundle that somebody sent is read in a repository of its own. Nothing of it reaches the user's before all of it has
 * been looked at: `git bundle unbundle` checks no object, and `git fetch` of a bundle makes the refs that it is asked for.
 */
import type * as z from 'zod';
import { messageOf } from '../../errors.ts';
import { git } from '../../git/git.ts';
import { objectKinds } from '../../git/objects.ts';
import { type Ref, writeRefs } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { badBundle, bundleNeedsCommit } from './bundle-errors.ts';
import {
  BASE_REF,
  type BundleFacts,
  bundleFactsSchema,
  FACTS_VERSION,
  RESULTS_REF,
  treesByRef,
} from './bundle-facts.ts';
import { type BundleHeader, readBundleHeader } from './bundle-header.ts';
import { FACTS_FILE } from './bundle-results.ts';
import { fetchRefs } from './fetch-refs.ts';
import { readFiles, readTexts } from './read-results.ts';
import { withStagingRepository } from './staging-repository.ts';

export interface ReadBundle {
  facts: BundleFacts;
  /** The commit of the results. */
  results: string;
  /** Texts by their paths: those that we know, of those that are there. */
  texts: ReadonlyMap<string, string>;
  /** A repository that holds its objects, beside those of the user's. */
  staging: string;
  /** What is wanted of it, by the names that the bundle gives. */
  refs: Ref[];
}

/** Ours are `refs/mm/<session-id>/...`, and nothing that a ref of the user's could be. */
const OUR_REF = /^refs\/mm\/\d{8}-\d{6}Z-\d{1,10}-[0-9a-f]{4}\/[a-z0-9][a-z0-9_./-]{0,200}$/;

/**
 * Gives `action` what a bundle holds, as long as that lasts.
 * @throws UsageError `unreadable-file`, `bad-bundle`; Refusal `bundle-needs-commit`
 */
export async function withBundle<T>(
  repository: Repository,
  file: string,
  action: (bundle: ReadBundle) => Promise<T>,
): Promise<T> {
  const header = await readBundleHeader(file);
  const results = resultsOf(file, header, repository);
  await assertPresent(repository, file, header.prerequisites);
  return withChecked(repository, file, header, async (staging) => {
    const facts = await readFacts(staging, file, results.oid);
    // It may not be among what the bundle says that it builds on.
    await assertPresent(repository, file, [facts.ref]);
    const refs = await checkRefs(staging, file, header, facts, results);
    const texts = await readTexts(staging, file, results.oid, facts);
    return action({ facts, results: results.oid, texts, staging, refs });
  });
}

/**
 * Gives `action` a repository that holds the objects of a bundle, each checked, with its refs. They come through another
 * one: what git refuses leaves a file behind.
 */
function withChecked<T>(
  repository: Repository,
  file: string,
  header: BundleHeader,
  action: (staging: string) => Promise<T>,
): Promise<T> {
  return withStagingRepository(repository, (checked) =>
    withStagingRepository(repository, async (raw) => {
      await unbundle(raw, file, header);
      await fetchRefs(
        checked,
        raw,
        header.refs.map((ref) => ({ ...ref, to: ref.name })),
        file,
      );
      return checked;
    }).then(action),
  );
}

/** The ref of the results, in a list of refs that are all of one session. */
function resultsOf(file: string, { refs, digits }: BundleHeader, { head }: Repository): Ref {
  if (refs.length === 0 || !refs.every(({ name }) => OUR_REF.test(name))) {
    throw badBundle(file, 'it is a git bundle, but none of multi-model-execute');
  }
  const results = refs.filter(({ name }) => name.split('/').slice(3).join('/') === RESULTS_REF);
  const [found] = results;
  if (found === undefined || results.length > 1) {
    throw badBundle(file, 'it holds no results of a session');
  }
  if (digits !== head.length) throw badBundle(file, 'its object ids are of another kind than here');
  return found;
}

/** In the user's own repository. */
async function assertPresent(
  { topLevel }: Repository,
  file: string,
  commits: readonly string[],
): Promise<void> {
  const kinds = await objectKinds(topLevel, commits);
  const missing = commits.filter((oid) => kinds.get(oid)?.kind !== 'commit');
  if (missing.length > 0) throw bundleNeedsCommit(file, missing);
}

async function unbundle(staging: string, file: string, { prerequisites, refs }: BundleHeader) {
  // Git asks that refs hold what a bundle builds on; a fetch of one commit leaves none.
  await writeRefs(
    staging,
    Object.fromEntries(prerequisites.map((oid, at) => [`refs/mm-known/${at}`, oid])),
  );
  for (const words of [
    ['bundle', 'verify', '--quiet', file],
    ['bundle', 'unbundle', file],
  ]) {
    const { exitCode, stderr } = await git(staging, words, { answers: [0, 1, 128] });
    if (exitCode !== 0) throw badBundle(file, `git says: ${lastLine(stderr)}`);
  }
  const named = Object.fromEntries(refs.map(({ name, oid }) => [name, oid]));
  await writeRefs(staging, named).catch((error) => {
    throw badBundle(file, `its refs cannot be made: ${messageOf(error).slice(0, 300)}`);
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

async function readFacts(staging: string, file: string, results: string): Promise<BundleFacts> {
  const text = (await readFiles(staging, file, results, [FACTS_FILE])).get(FACTS_FILE);
  if (text === undefined) throw badBundle(file, `its results have no ${FACTS_FILE}`);
  const data = parseJson(file, text);
  const version = (data as { schema_version?: unknown } | null)?.schema_version;
  if (typeof version === 'number' && version > FACTS_VERSION) {
    throw badBundle(file, 'it was written by a newer version of multi-model-execute', { version });
  }
  const parsed = bundleFactsSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw badBundle(file, `its ${FACTS_FILE} does not fit: ${inWords(parsed.error.issues[0])}`);
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw badBundle(file, `its ${FACTS_FILE} is no JSON`);
    throw error;
  }
}

function inWords(issue: z.core.$ZodIssue | undefined): string {
  const place = issue?.path.map(String).join('.') ?? '';
  return `${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`.slice(0, 300);
}

/** Holds what the facts say against what the refs point to; gives those that are wanted. */
async function checkRefs(
  staging: string,
  file: string,
  header: BundleHeader,
  facts: BundleFacts,
  results: Ref,
): Promise<Ref[]> {
  const prefix = `refs/mm/${facts.session_id}`;
  const given = new Map(header.refs.map(({ name, oid }) => [name, oid]));
  const trees = treesByRef(facts, prefix);
  const oids = [...trees.keys()].map((name) => given.get(name) ?? '0'.repeat(header.digits));
  const kinds = await objectKinds(staging, [
    ...oids.map((oid) => `${oid}^{tree}`),
    ...[facts.ref, facts.base, results.oid],
  ]);
  const isKept = [...trees.values()].every(
    (tree, at) => kinds.get(`${oids[at]}^{tree}`)?.oid === tree,
  );
  const areCommits = [facts.ref, facts.base, results.oid].every(
    (oid) => kinds.get(oid)?.kind === 'commit',
  );
  const isOfSession = results.name === `${prefix}/${RESULTS_REF}`;
  if (!isKept || !areCommits || !isOfSession) {
    throw badBundle(file, 'its refs are not what its results say');
  }
  if (facts.ref !== facts.base && given.get(`${prefix}/${BASE_REF}`) !== facts.base) {
    throw badBundle(file, 'its base is not what its results say');
  }
  const wanted = [...trees.keys(), ...(facts.ref === facts.base ? [] : [`${prefix}/${BASE_REF}`])];
  return [results, ...wanted.map((name) => ({ name, oid: given.get(name) ?? '' }))];
}
