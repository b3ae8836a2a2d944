import * as z from 'zod';
import { makeDemoProject, PICKS } from './lib/demo/demo-project.ts';
import { Failure } from './lib/errors.ts';
import { openRepository } from './lib/git/repository.ts';
import { ownCommand } from './lib/own-command.ts';
import { applyAndClean } from './lib/procedure/apply-and-clean.ts';
import { execute } from './lib/procedure/execute.ts';
import { targetResultSchema } from './lib/procedure/gate-record.ts';
import { readTask } from './lib/procedure/read-task.ts';
import { writeReport } from './lib/procedure/report.ts';
import { alignRows, resultTable } from './lib/procedure/result-table.ts';
import { runSchema } from './lib/procedure/run-state.ts';
import { writeSummary } from './lib/procedure/summary.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { sessionCommand } from './lib/session/session-command.ts';

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
    report: z.string().describe('report.html: the page of it all'),
    commands: z
      .object({ status: z.string(), report: z.string(), undo: z.string() })
      .describe('to look at the session, to make its page again, to take the application back'),
  }),
  examples: [['demo', 'see the whole procedure at work']],
  async run({ out }, context) {
    const demo = await makeDemoProject(out);
    context.progress(
      `A sample project with a bug, and three scripted models, in ${demo.folder}\nTwo mishaps are part of it: flaky says nothing at first, and a test of bold is red.\n`,
    );
    // The demo's session lies beside its project; the user's own state stays as it is.
    const usualRoot = process.env.AI_AIP_ROOT;
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
        // Its picks are made: nothing is to be ranked.
        crossTests: false,
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
    // From here on as whoever pastes a command has it.
    if (usualRoot === undefined) delete process.env.AI_AIP_ROOT;
    else process.env.AI_AIP_ROOT = usualRoot;
    const summary = await writeSummary(done.session);
    const { file: report } = await writeReport(done.session, done.session.data.current_pass);
    const commands = {
      status: sessionCommand(done.session, 'status'),
      report: sessionCommand(done.session, 'report'),
      undo: sessionCommand(done.session, 'apply-picks', '--undo'),
    };
    context.progress(ending(demo.project, done.session.directory, report, commands));
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
      summary,
      report,
      commands,
      next: commands.status,
    };
  },
});

function ending(
  project: string,
  session: string,
  report: string,
  commands: { status: string; report: string; undo: string },
): string {
  return [
    `The gates are green in ${project}; the changes lie there unstaged.`,
    `Session: ${session}`,
    `Page:    ${report}`,
    '',
    `Look at the session:  ${commands.status}`,
    `Make its page again:  ${commands.report}`,
    `Take it back:         ${commands.undo}`,
    `Your own repository:  ${ownCommand('detect-models')}`,
    '',
  ].join('\n');
}

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
