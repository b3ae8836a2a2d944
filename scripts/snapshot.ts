import { join, resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from './lib/errors.ts';
import { openRepository, requireRevision } from './lib/git/repository.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { ownCommand } from './lib/own-command.ts';
import { snapshotTree } from './lib/procedure/snapshot.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { requireCapture, selectModels, selectPass } from './lib/session/select-models.ts';
import { fileName, passFolder } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';
import { mainPlace, withPlaceAlone } from './lib/session/trusted-places.ts';

const script = defineScript({
  name: 'snapshot',
  summary: 'Write the new and modified files of captures into the session, to be read',
  options: z.object({
    ...passOptions,
    model: commonOptions.model,
    all: commonOptions.all,
    tree: z.string().optional().describe('REV: without a session, the tree to write files of'),
    base: z.string().optional().describe('REV: without a session, what it is compared with'),
    out: z
      .string()
      .optional()
      .describe('DIR: without a session, the folder to write (replaced whole)'),
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    snapshots: z.array(
      z.object({
        model: z.string(),
        dir: z.string(),
        files: z.number(),
        bytes: z.number(),
        deleted: z.array(z.object({ path: z.string(), path_base64: z.string().optional() })),
      }),
    ),
  }),
  examples: [
    ['snapshot --all', 'every captured model'],
    ['snapshot --tree HEAD --base HEAD~1 --out /tmp/files', 'any tree, no session'],
  ],
  async run(options, { progress }) {
    const { tree, base, out } = options;
    if (tree !== undefined) {
      if (base === undefined || out === undefined) throw incomplete();
      const repository = await openRepository(options.repo ?? process.cwd());
      const { topLevel } = repository;
      const from = await requireRevision(topLevel, base, 'tree');
      const to = await requireRevision(topLevel, tree, 'tree');
      const snapshot = await withPlaceAlone(repository, (place) =>
        snapshotTree(place, from, to, resolve(out)),
      );
      const next = `Read the files in ${snapshot.dir}.`;
      return { session_id: null, pass: null, snapshots: [{ model: tree, ...snapshot }], next };
    }
    const { session } = await findSession(options);
    const pass = selectPass(session, options.pass);
    const snapshots = await Promise.all(
      selectModels(session, options).map(async ({ model }) => {
        const capture = requireCapture(session, model, pass);
        const folder = join(passFolder(session, pass), 'files', fileName(model));
        progress(`${model}: writing files to ${folder}`);
        return {
          model,
          ...(await snapshotTree(mainPlace(session), session.data.base, capture.tree, folder)),
        };
      }),
    );
    return {
      session_id: session.data.session_id,
      pass,
      snapshots,
      next: sessionCommand(session, 'gates', '--all', '--base'),
    };
  },
});

function incomplete(): UsageError {
  return new UsageError({
    code: 'incomplete-options',
    message: 'Without a session, snapshot needs --tree, --base and --out together.',
    hint: `For example: ${ownCommand('snapshot', '--tree', 'HEAD', '--base', 'HEAD^', '--out', '/tmp/files')}`,
  });
}

export default script;
await runWhenMain(import.meta.url, script);
