/** The commits that a bundle is made of. */
import { writeBlobs } from '../../git/blobs.ts';
import { gitLine } from '../../git/git.ts';
import { writeTree } from '../../git/trees.ts';
import { passName } from '../../session/paths.ts';
import {
  BASE_REF,
  type BundleFacts,
  captureRef,
  RESULTS_REF,
  synthesisRef,
} from './bundle-facts.ts';

/**
 * Commits made anew: of a capture nothing but its tree on base, for its own history has what models committed on the way.
 * The same session gives the same commits.
 * @param texts the results by their paths
 * @returns the commits by the names that their refs get
 */
export async function makeCommits(
  staging: string,
  facts: BundleFacts,
  texts: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const prefix = `refs/mm/${facts.session_id}`;
  const { base, created_at } = facts;
  const refs = new Map<string, string>();
  if (base !== facts.ref) refs.set(`${prefix}/${BASE_REF}`, base);
  for (const { model, pass, tree } of facts.captures) {
    const message = `${model}, ${passName(pass)}`;
    const commit = await commitAt(staging, { tree, parents: [base], message, time: created_at });
    refs.set(captureRef(prefix, model, pass), commit);
  }
  for (const { pass, synthesis } of facts.passes) {
    if (synthesis === null) continue;
    const message = `synthesis of ${passName(pass)}`;
    const { tree } = synthesis;
    const commit = await commitAt(staging, { tree, parents: [base], message, time: created_at });
    refs.set(synthesisRef(prefix, pass), commit);
  }
  const tree = await treeOfTexts(staging, texts);
  const message = `results of ${facts.session_id}`;
  const commit = await commitAt(staging, { tree, parents: [], message, time: created_at });
  refs.set(`${prefix}/${RESULTS_REF}`, commit);
  return refs;
}

async function treeOfTexts(staging: string, texts: ReadonlyMap<string, string>): Promise<string> {
  const names = [...texts.keys()];
  const contents = [...texts.values()].map((text) => Buffer.from(text, 'utf8'));
  const blobs = await writeBlobs(staging, contents);
  const entries = names.map(
    (name, at) => [name, { mode: '100644', oid: blobs[at] ?? '' }] as const,
  );
  return writeTree(staging, new Map(entries));
}

/** With the time of the session's start: else the same results would be another commit each time. */
function commitAt(
  staging: string,
  commit: { tree: string; parents: readonly string[]; message: string; time: string },
): Promise<string> {
  const { tree, parents, message, time } = commit;
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'multi-model-execute'],
      [`GIT_${who}_EMAIL`, 'multi-model-execute@localhost'],
      [`GIT_${who}_DATE`, `${Math.floor(Date.parse(time) / 1000)} +0000`],
    ]),
  );
  const words = [
    'commit-tree',
    tree,
    ...parents.flatMap((parent) => ['-p', parent]),
    '-m',
    message,
  ];
  return gitLine(staging, words, { env });
}
