/** A session with captures and an applied mix, made by the functions of the procedure: what a bundle is written of. */
import { join } from 'node:path';
import { writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { type RawPath, rawPathOf } from '../../scripts/lib/git/paths.ts';
import { writeRef } from '../../scripts/lib/git/refs.ts';
import { openRepository, type Repository } from '../../scripts/lib/git/repository.ts';
import { commitTree, treeOf, writeTreeWith } from '../../scripts/lib/git/trees.ts';
import { applySynthesis } from '../../scripts/lib/procedure/apply.ts';
import { openBundle } from '../../scripts/lib/procedure/bundle/open-bundle.ts';
import { planBundle, writeBundle } from '../../scripts/lib/procedure/bundle/write-bundle.ts';
import { candidatesOf, compare } from '../../scripts/lib/procedure/compare.ts';
import { makePassFolders } from '../../scripts/lib/procedure/pass-folder.ts';
import { appliedFile } from '../../scripts/lib/procedure/summary.ts';
import { buildSynthesis } from '../../scripts/lib/procedure/synthesis.ts';
import { replaceFile, replaceJson } from '../../scripts/lib/session/files.ts';
import {
  modelRefs,
  passFolder,
  type Session,
  updateSession,
} from '../../scripts/lib/session/session.ts';
import { parsePicks } from '../../scripts/lib/synthesis/picks.ts';
import type { Sandbox } from './sandbox.ts';
import { makeSession } from './sessions.ts';

export const LINES = Array.from({ length: 40 }, (_, at) => `line ${at + 1}\n`).join('');

export const FILES = {
  'src/a.txt': LINES,
  'src/b.txt': 'b\n',
  'old.txt': 'old\n',
  'run.sh': '#!/bin/sh\n',
  'picture.bin': Buffer.from([0, 1, 2, 255, 254, 0]),
};

/** A file of a capture: its content, with another mode than usual if that is given; null: it is taken out. */
type Change = string | Buffer | { mode: string; content: string } | null;

const CAFE = Buffer.from('caf\xe9.txt', 'latin1').toString('latin1');

export const CLAUDE: [RawPath, Change][] = [
  ['src/a.txt', LINES.replace('line 2\n', 'line two\n')],
  ['picture.bin', Buffer.from([0, 9, 8, 7, 0, 200])],
  ['run.sh', { mode: '100755', content: '#!/bin/sh\n' }],
  ['link', { mode: '120000', content: 'src/a.txt' }],
  [CAFE, 'bytes in the name\n'],
  [rawPathOf('tmp/é |`.txt'), 'an awkward name\n'],
];

export const GPT: [RawPath, Change][] = [
  ['src/a.txt', LINES.replace('line 39\n', 'line thirty-nine\n')],
  ['src/b.txt', null],
  ['src/c.txt', 'b\n'],
  ['old.txt', null],
];

/** Captures a tree that differs from base as told, as capture-diff would. */
export async function capture(
  { topLevel }: Repository,
  session: Session,
  { model, pass = 1, changes }: { model: string; pass?: number; changes: [RawPath, Change][] },
): Promise<string> {
  const { base } = session.data;
  const contents = changes.map(([, change]) =>
    Buffer.isBuffer(change)
      ? change
      : Buffer.from((typeof change === 'object' ? change?.content : change) ?? ''),
  );
  const oids = await writeBlobs(topLevel, contents);
  const entries = changes.map(([path, change], at) => {
    const mode = typeof change === 'object' && change !== null && 'mode' in change;
    const entry = { mode: mode ? change.mode : '100644', oid: oids[at] ?? '' };
    return [path, change === null ? null : entry] as const;
  });
  const tree = await writeTreeWith(topLevel, await treeOf(topLevel, base), new Map(entries));
  const ref = `${modelRefs(session, model, pass)}/tree`;
  await writeRef(topLevel, ref, await commitTree(topLevel, tree, [base], `${model}, ${pass}`));
  await updateSession(session, ({ captures }) => ({
    captures: [
      ...captures,
      {
        model,
        pass,
        tree,
        ref,
        head: base,
        state: 'changed',
        captured_at: new Date().toISOString(),
      },
    ],
  }));
  return tree;
}

/** Makes the mix of all that both models changed, and applies it as apply-picks does. Gives its tree. */
export async function mixAndApply(
  repository: Repository,
  session: Session,
  pass = 1,
): Promise<string> {
  const { base } = session.data;
  const comparison = await compare(repository, base, candidatesOf(session, pass));
  const picks = {
    picks: comparison.files.map(({ path, hunks, versions }) => {
      const name = { path: 'x', path_base64: Buffer.from(path, 'latin1').toString('base64') };
      const why = `as ${session.directory}/pass-0001 and ${repository.topLevel}/src/a.txt say`;
      return hunks.length > 1
        ? {
            ...name,
            why,
            hunks: hunks.map(({ id, models }) => ({ from: models[0] ?? '', ids: [id] })),
          }
        : { ...name, why, from: versions[0]?.model ?? '' };
    }),
  };
  const { tree, applied, unpicked } = await buildSynthesis(repository, comparison, picks);
  await replaceJson(join(passFolder(session, pass), 'picks.json'), picks);
  await replaceJson(appliedFile(session, pass), {
    ...{ tree, to: 'main', applied: applied.map(({ path, ...rest }) => ({ path: path, ...rest })) },
    unpicked,
  });
  await writeRef(
    repository.topLevel,
    `refs/mm/${session.data.session_id}/pass-000${pass}/synthesis`,
    await commitTree(repository.topLevel, tree, [base], 'synthesis'),
  );
  await applySynthesis(repository, session, { tree, pass });
  return tree;
}

export interface Bundled {
  repository: Repository;
  session: Session;
  /** What was applied. */
  tree: string;
  file: string;
}

/**
 * The whole: a session of two models, their mix applied, and the bundle of it.
 * @param main a repository with FILES; without it, one is made
 */
export async function bundledSession(box: Sandbox, main?: string): Promise<Bundled> {
  const { repository, session } = await makeSession(main ?? (await box.repository(FILES)));
  await makePassFolders(passFolder(session, 1));
  await capture(repository, session, { model: 'claude', changes: CLAUDE });
  await capture(repository, session, { model: 'gpt', changes: GPT });
  const tree = await mixAndApply(repository, session);
  await writeResults(box, repository, session);
  const file = join(box.folder, 'session.bundle');
  await writeBundle(repository, session, await planBundle(session, file));
  return { repository, session, tree, file };
}

/** What models and people leave in a pass, full of places of this machine. */
async function writeResults(box: Sandbox, { topLevel }: Repository, session: Session) {
  const { directory } = session;
  const folder = passFolder(session, 1);
  const said = `In ${topLevel}/src/a.txt:3, ${directory}/pass-0001/logs/x, ${box.env.HOME}/notes and /tmp/x.`;
  await replaceFile(join(directory, 'task.md'), `Repair ${topLevel}/src, not src/tmp/x.\n`);
  await replaceFile(join(folder, 'outputs', 'claude.md'), said);
  await replaceFile(join(folder, 'synthesis.md'), said);
  await replaceFile(join(folder, 'quality-gates.md'), said);
  await replaceFile(join(folder, 'logs', 'claude-stdout.txt'), said);
  await replaceFile(join(folder, 'stderr', 'claude.txt'), said);
  await replaceJson(join(folder, 'gates.json'), {
    ...{ schema_version: 1, named: true, results: [] },
    gates: [{ name: 'test', kind: 'test', command: 'touch pwned', cwd: '.', source: 'option' }],
  });
}

/** A clone on another machine: another folder, another state root. The environment of this process is the clone's from now on. */
export async function cloneElsewhere(
  box: Sandbox,
  from: string,
  ...words: string[]
): Promise<Repository> {
  const clone = join(box.folder, 'elsewhere', 'clone');
  // Only over a protocol can it be shallow or partial.
  const source = words.length === 0 ? from : `file://${from}`;
  await box.git(box.folder, 'clone', '--quiet', ...words, source, clone);
  process.env.AI_AIP_ROOT = join(box.folder, 'elsewhere', 'state');
  return openRepository(clone);
}

/** Opens a bundle and makes the mix of its own picks, as apply-picks does. */
export async function replay(repository: Repository, file: string, pass?: number) {
  const opened = await openBundle(repository, file, { pass });
  const { session } = opened;
  const candidates = candidatesOf(session, opened.pass);
  const comparison = await compare(repository, session.data.base, candidates);
  const made = await buildSynthesis(repository, comparison, parsePicks(opened.picksText));
  return { ...opened, made: made.tree };
}
