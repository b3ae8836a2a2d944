import { join, resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from './lib/errors.ts';
import { openRepository, requireRevision } from './lib/git/repository.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { ownCommand } from './lib/own-command.ts';
import { captureModels } from './lib/procedure/capture-models.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { captureAlone } from './lib/session/capture.ts';
import { findSession } from './lib/session/find-session.ts';
import { captureSchema, printCapture } from './lib/session/printed-capture.ts';
import { selectModels, selectPass } from './lib/session/select-models.ts';
import { passFolder } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';

const script = defineScript({
  name: 'capture-diff',
  summary: 'Capture the whole result of models as git trees, with a list of changes and a patch',
  options: z.object({
    ...passOptions,
    model: commonOptions.model,
    all: commonOptions.all,
    worktree: z.string().optional().describe('DIR: without a session, the working tree to capture'),
    base: z.string().optional().describe('REV: without a session, what it is compared with'),
    out: z.string().optional().describe('DIR: without a session, where capture.diff is written'),
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    captures: z.array(captureSchema),
  }),
  examples: [
    ['capture-diff --all', 'every model of the session'],
    ['capture-diff --worktree ../w --base HEAD --out /tmp/o', 'any working tree, no session'],
  ],
  async run(options, reporter) {
    const { worktree, base, out } = options;
    if (worktree !== undefined) {
      if (base === undefined || out === undefined) throw incomplete();
      const capture = await captureDirectory(worktree, base, join(resolve(out), 'capture.diff'));
      const next =
        'The patch makes the same of base with git apply --binary; compare takes the tree as a --candidate.';
      return { session_id: null, pass: null, captures: [printCapture(capture)], next };
    }
    const { session, repository } = await findSession(options);
    const pass = selectPass(session, options.pass);
    const models = selectModels(session, options);
    const captures = await captureModels(repository, session, models, pass, reporter);
    return {
      session_id: session.data.session_id,
      pass,
      captures,
      next: captures.some(({ state }) => state === 'changed')
        ? sessionCommand(session, 'snapshot', '--all')
        : `No model changed anything; their texts in ${passFolder(session, pass)}/outputs say why. Run them again, or end with finish-session --status abandoned.`,
    };
  },
});

async function captureDirectory(directory: string, base: string, diff: string) {
  const { topLevel } = await openRepository(directory);
  const commit = await requireRevision(topLevel, base, 'commit');
  return { model: 'worktree', ...(await captureAlone(topLevel, commit, diff)) };
}

function incomplete(): UsageError {
  return new UsageError({
    code: 'incomplete-options',
    message: 'Without a session, capture-diff needs --worktree, --base and --out together.',
    hint: `For example: ${ownCommand('capture-diff', '--worktree', '../w', '--base', 'HEAD', '--out', '/tmp/o')}`,
  });
}

export default script;
await runWhenMain(import.meta.url, script);
