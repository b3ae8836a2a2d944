import * as z from 'zod';
import { makeDemoProject } from './lib/demo/demo-project.ts';
import { Failure } from './lib/errors.ts';
import { openRepository } from './lib/git/repository.ts';
import { applyAndClean } from './lib/procedure/apply-and-clean.ts';
import { execute } from './lib/procedure/execute.ts';
import { targetResultSchema } from './lib/procedure/gate-record.ts';
import { readTask } from './lib/procedure/read-task.ts';
import { alignRows, resultTable } from './lib/procedure/result-table.ts';
import { runSchema } from './lib/procedure/run-state.ts';
import { defineScript, runWhenMain } from './lib/script.ts';

/** The best of two models: a mix that is green where neither alone does the whole task. */
const PICKS = [
  {
    path: 'src/parse-duration.js',
    from: 'steady',
    why: 'adds up all units and refuses what is no duration',
  },
  { path: 'test/parse-duration.test.js', from: 'steady', why: 'tests the refusal' },
  { path: 'src/format-duration.js', from: 'bold', why: 'the only one that wrote the inverse' },
  { path: 'test/format-duration.test.js', from: 'bold', why: 'goes with it' },
  { path: 'src/legacy.js', from: 'bold', why: 'removed, as asked' },
];

const script = defineScript({
  name: 'demo',
  summary: 'Run everything on a small sample with three scripted models: no login, under a minute',
  options: z.object({
    out: z
      .string()
      .optional()
      .describe('DIR: make the sample below this folder (default: a temporary one)'),
  }),
  output: z.object({
    folder: z.string().describe('everything of the demo; remove it when you have seen enough'),
    project: z.string(),
    session_id: z.string(),
    session_dir: z.string(),
    runs: z.array(runSchema),
    gates: z.array(targetResultSchema.pick({ target: true, passed: true })),
    applied: z.array(
      z.object({
        path: z.string(),
        from: z.string(),
        status: z.string(),
        why: z.string().nullable(),
      }),
    ),
    from: z.array(z.string()).describe('the models that parts were taken from'),
    passed: z.boolean().describe('the gates in the main tree, afterwards'),
    summary: z.string(),
  }),
  examples: [['demo', 'see the whole procedure at work']],
  async run({ out }, context) {
    const demo = await makeDemoProject(out);
    context.progress(`A sample project with a bug, and three scripted models, in ${demo.folder}\n`);
    // The demo's session lies beside its project; the user's own state stays as it is.
    process.env.AI_AIP_ROOT = demo.state;
    const repository = await openRepository(demo.project);
    const triggers = await readTask({ taskFile: demo.task });
    const done = await execute(
      repository,
      {
        triggers,
        models: null,
        timeout: 60,
        userChanges: undefined,
        gate: [],
        idleTimeout: undefined,
        sandbox: null,
      },
      context,
    );
    context.progress(`\n${resultTable(done.runs, done.captures, done.gates)}\n`);
    context.progress(
      'No model did the whole task. The parts of two of them are put together and proved:',
    );
    const finished = await applyAndClean(repository, done.session, { picks: PICKS }, context);
    const rows = finished.applied.map(({ path, from, status, why }) => [
      path,
      from,
      status,
      why ?? '',
    ]);
    context.progress(`\n${alignRows([['file', 'from', 'status', 'why'], ...rows])}\n`);
    if (!finished.gates.passed) throw red(demo.folder);
    context.progress(
      `The gates are green in ${demo.project}; the changes lie there unstaged.\nSession: ${done.session.directory}\n`,
    );
    return {
      folder: demo.folder,
      project: demo.project,
      session_id: done.session.data.session_id,
      session_dir: done.session.directory,
      runs: done.runs,
      gates: [...done.gates, { target: 'main', ...finished.gates }].map(({ target, passed }) => ({
        target,
        passed,
      })),
      applied: finished.applied,
      from: finished.from,
      passed: finished.gates.passed,
      summary: finished.summary,
      next: `git -C ${demo.project} status; then take your own repository: mm.mjs detect-models`,
    };
  },
});

function red(folder: string): Failure {
  return new Failure({
    code: 'demo-failed',
    message: 'The demo did not end with green gates.',
    hint: `Look at ${folder}, and report it: this should not happen.`,
    details: { folder },
  });
}

export default script;
await runWhenMain(import.meta.url, script);
