/** `apply-picks --bundle FILE`: what was applied in one clone is applied in another, and is the same there. */
import { resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../../errors.ts';
import { readBlobSizes } from '../../git/blob-sizes.ts';
import { readBlobs } from '../../git/blobs.ts';
import { listEntryChanges } from '../../git/changes.ts';
import { gitLineOrNull, type TrustedPlace } from '../../git/git.ts';
import { objectKinds } from '../../git/objects.ts';
import { pathText, type RawPath } from '../../git/paths.ts';
import type { Repository } from '../../git/repository.ts';
import { listSubmodules, treeOf } from '../../git/trees.ts';
import { passName } from '../../session/paths.ts';
import { selectPass } from '../../session/select-models.ts';
import type { Session } from '../../session/session.ts';
import { sessionCommand } from '../../session/session-command.ts';
import { ensureObjects } from '../archive.ts';
import {
  asLine,
  type BundleFacts,
  type BundleFile,
  badBundle,
  bundleNeeds,
  captureFolder,
  factsSchema,
  MOST_TEXT_BYTES,
  readBundle,
  textsOf,
} from './bundle-format.ts';
import { haveFewPaths } from './count-paths.ts';
import { importBundle } from './import-bundle.ts';
import { assertInflatesLittle, unpack, withQuarantine } from './quarantine.ts';

export interface OpenedBundle {
  /** The session that the bundle is here. */
  session: Session;
  pass: number;
  /** The bundle's own picks of that pass. */
  picksText: string;
  /** The tree that these picks made where the bundle was written. */
  tree: string;
  /** What whoever applies it should know. */
  warnings: string[];
}

/**
 * Checks a bundle and makes it a session of this repository, or finds the one that it became before. The main tree is not
 * touched.
 * @param file from the current directory
 * @param pass null or undefined: the last one that was applied
 * @param picksGiven whether others are given than the bundle's own, so that it may have none
 * @throws UsageError `unreadable-file`, `bad-bundle`, `unknown-pass`, `no-picks`; Refusal `bundle-needs-commit`
 */
export async function openBundle(
  repository: Repository,
  file: string,
  { pass: named, picksGiven = false }: { pass?: number | null | undefined; picksGiven?: boolean },
): Promise<OpenedBundle> {
  const path = resolve(file);
  const bundle = await readBundle(path);
  const kinds = await objectKinds(repository.topLevel, [bundle.ref]);
  if (kinds.get(bundle.ref)?.kind !== 'commit') throw bundleNeeds(path, bundle.ref);
  const contents = await withQuarantine(repository, (place) => lookInto(place, bundle, path));
  const { facts, texts, baseTree } = contents;
  const session = await importBundle(repository, bundle, contents, path);
  // It may have been cleaned up since it was imported.
  await ensureObjects(repository, session);
  const pass = selectPass(session, named ?? facts.replayed);
  const mix = facts.mixes.find((it) => it.pass === pass);
  const picksText = texts.get(`${passName(pass)}/picks.json`);
  const warnings = await aboutBase(repository, session);
  if (mix !== undefined && picksText !== undefined)
    return { session, pass, picksText, tree: mix.tree, warnings };
  if (!picksGiven) throw noPicks(path, session, pass);
  return { session, pass, picksText: '{"picks": []}', tree: baseTree, warnings };
}

export interface BundleContents {
  facts: BundleFacts;
  base: string;
  baseTree: string;
  /** Of base. */
  submodules: RawPath[];
  captures: { model: string; pass: number; tree: string }[];
  /** By their names in the bundle. */
  texts: Map<string, string>;
}

/** Unpacks a bundle and checks all that is wanted of it; what else is in it is not looked at. */
export async function lookInto(
  place: TrustedPlace,
  { ref, results, pack }: BundleFile,
  file: string,
): Promise<BundleContents> {
  await unpack(place, pack, file);
  await assertInflatesLittle(place, file);
  const base = await baseOf(place, results, ref);
  if (base === null) throw badBundle(file, 'its commits are none of a session');
  const facts = parseFacts(file, await readTexts(place, file, results, ['session.json']));
  const texts = await readTexts(place, file, results, textsOf(facts));
  const captures = await readCaptures(place, file, results, facts);
  const baseTree = await treeOf(place, base);
  const trees = [baseTree, ...captures.map(({ tree }) => tree)];
  if (!(await haveFewPaths(place, await treeOf(place, ref), trees)))
    throw badBundle(file, 'it holds far too many paths');
  const submodules = await listSubmodules(place, baseTree);
  return { facts, base, baseTree, submodules, captures, texts };
}

/** The parent of the results: what the bundle builds on, or a commit of the user's work on it; null: something else. */
async function baseOf(place: TrustedPlace, results: string, ref: string): Promise<string | null> {
  const words = ['rev-list', '--parents', results, `^${ref}`];
  const [first = '', second, ...more] = (await gitLineOrNull(place, words))?.split('\n') ?? [];
  const [, base = ''] = first.split(' ');
  const isOnRef = second === undefined ? base === ref : second === `${base} ${ref}`;
  return isOnRef && first === `${results} ${base}` && more.length === 0 ? base : null;
}

/** @throws UsageError `bad-bundle` where not all are there that the facts tell of */
async function readCaptures(
  place: TrustedPlace,
  file: string,
  results: string,
  { models }: BundleFacts,
): Promise<BundleContents['captures']> {
  const wanted = models.flatMap(({ model, captured }) =>
    captured.map((pass) => ({ model, pass, path: `${results}:${captureFolder(model, pass)}` })),
  );
  if (wanted.length === 0) throw badBundle(file, 'it holds no captures');
  const paths = wanted.map(({ path }) => path);
  const found = await objectKinds(place, paths);
  return wanted.map(({ model, pass, path }) => {
    const { oid: tree, kind } = found.get(path) ?? {};
    if (kind !== 'tree' || !tree) throw badBundle(file, 'it lacks some of its captures');
    return { model, pass, tree };
  });
}

/** Asked for by name, so that a tree of any size costs nothing. */
async function readTexts(
  place: TrustedPlace,
  file: string,
  results: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const paths = new Map(names.map((name) => [name, `${results}:session/${name}`]));
  const found = await objectKinds(place, [...paths.values()]);
  const oids = [...found.values()].map(({ oid }) => oid);
  const sizes = await readBlobSizes(place, oids);
  const bytes = oids.reduce((sum, oid) => sum + (sizes.get(oid) ?? 0), 0);
  if (bytes > MOST_TEXT_BYTES) throw badBundle(file, `its texts are too large (${bytes} bytes)`);
  const blobs = await readBlobs(place, sizes.keys());
  return new Map(
    [...paths].flatMap(([name, path]) => {
      const blob = blobs.get(found.get(path)?.oid ?? '');
      return blob === undefined ? [] : [[name, blob.toString('utf8')] as const];
    }),
  );
}

function parseFacts(file: string, texts: ReadonlyMap<string, string>): BundleFacts {
  try {
    return factsSchema.parse(JSON.parse(texts.get('session.json') ?? 'null'));
  } catch (error) {
    if (error instanceof SyntaxError) throw badBundle(file, 'its session.json is no JSON');
    if (!(error instanceof z.ZodError)) throw error;
    const { path, message } = error.issues[0] ?? { path: [], message: '' };
    throw badBundle(file, `its session.json does not fit: ${path.join('.')}: ${message}`);
  }
}

const MOST_NAMES = 10;

/** Uncommitted work of somebody else's lies below all captures, and comes along. */
async function aboutBase({ topLevel }: Repository, { data }: Session): Promise<string[]> {
  if (data.base === data.ref) return [];
  const changes = await listEntryChanges(topLevel, data.ref, data.base);
  const names = changes.slice(0, MOST_NAMES).map(({ path }) => asLine(pathText(path)));
  const more = changes.length > names.length ? `, and ${changes.length - names.length} more` : '';
  return [
    `The models started from uncommitted work in ${changes.length === 1 ? 'one file' : `${changes.length} files`}, which is part of what the bundle holds: ${names.join(', ')}${more}.`,
  ];
}

function noPicks(file: string, session: Session, pass: number): UsageError {
  return new UsageError({
    code: 'no-picks',
    message: `${file} has candidates for pass ${pass}, and no picks: nothing was applied where it was written.`,
    hint: `Choose what to take from whom with apply-picks --picks or --take; this shows them: ${sessionCommand(session, 'compare')}`,
    details: { file, pass, session_id: session.data.session_id },
  });
}
