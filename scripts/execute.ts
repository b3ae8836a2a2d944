import { join } from 'node:path';
import * as z from 'zod';
import { Refusal } from './lib/errors.ts';
import { openRepository } from './lib/git/repository.ts';
import {
  modelOptions,
  runOptions,
  sandboxWish,
  splitModels,
  timeoutOption,
} from './lib/model-options.ts';
import { commonOptions } from './lib/options.ts';
import { applyAndClean, type Finished } from './lib/procedure/apply-and-clean.ts';
import { type Executed, execute } from './lib/procedure/execute.ts';
import { targetResultSchema } from './lib/procedure/gate-record.ts';
import { afterAnalysis } from './lib/procedure/next-command.ts';
import { readTask } from './lib/procedure/read-task.ts';
import { resultTable } from './lib/procedure/result-table.ts';
import { runSchema } from './lib/procedure/run-state.ts';
import { printedQuestionSchema, printQuestion, suggestionSchema } from './lib/procedure/suggest.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { guardSchema } from './lib/session/guard-record.ts';
import { captureSchema } from './lib/session/printed-capture.ts';
import { passFolder } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';
import { commandLine } from './lib/shell-word.ts';

const script = defineScript({
  name: 'execute',
  summary: 'The whole way from the task to the comparison in one command, without an agent',
  options: z.object({
    repo: commonOptions.repo,
    task: z.string().optional().describe('TEXT: what is to be done'),
    taskFile: z.string().optional().describe("FILE with the task; '-' reads stdin"),
    models: modelOptions.models,
    timeout: timeoutOption.describe('SECONDS|none: time limit of a model (default: 1200)'),
    ...runOptions,
    userChanges: z
      .enum(['include', 'set-aside'])
      .optional()
      .describe('what happens to uncommitted work; without it a dirty tree is refused'),
    gate: z.array(z.string()).default([]).describe('NAME=CMD: judge by these gates'),
    take: z
      .enum(['best'])
      .optional()
      .describe('best: do not wait for answers, take what is suggested'),
    apply: z
      .boolean()
      .default(false)
      .describe(
        'prove what is suggested, if nothing is asked or with --take best, apply it, and clean up',
      ),
  }),
  output: z.object({
    session_id: z.string(),
    session_dir: z.string(),
    runs: z.array(runSchema),
    guard: guardSchema
      .nullable()
      .describe('what changed outside of the worktrees while models ran'),
    captures: z.array(
      captureSchema.pick({ model: true, tree: true, state: true, totals: true, diff: true }),
    ),
    gates: z.array(
      targetResultSchema.pick({
        ...{ target: true, passed: true, green: true },
        ...{ tampered: true, base_tests_failing: true },
      }),
    ),
    decisions: z.number(),
    questions: z.array(printedQuestionSchema),
    suggestion: suggestionSchema,
    applied: z.object({ tree: z.string(), from: z.array(z.string()), undo: z.string() }).nullable(),
  }),
  examples: [
    ['execute --task "Add a retry to the HTTP client" --models gpt,gemini', 'up to the comparison'],
    [
      'execute --task-file task.md --take best --apply',
      'and apply the best, if its gates are green',
    ],
  ],
  async run(options, context) {
    const triggers = await readTask(options);
    const repository = await openRepository(options.repo ?? process.cwd());
    const done = await execute(
      repository,
      {
        ...options,
        triggers,
        models: splitModels(options.models),
        timeout: options.timeout,
        idleTimeout: options.idleTimeout,
        sandbox: sandboxWish(options),
        crossTests: true,
      },
      context,
    );
    context.progress(`\n${resultTable(done.runs, done.captures, done.gates)}\n`);
    context.progress(spineInWords(done));
    for (const { id, about } of done.questions) context.progress(`Asked (${id}): ${about}`);
    const folder = passFolder(done.session, done.session.data.current_pass);
    context.progress(`All of it: ${join(folder, 'comparison.md')}`);
    const picks = options.apply ? picksFor(options.take, done) : null;
    const finished =
      picks === null ? null : await applyAndClean(repository, done.session, { picks }, context);
    if (finished !== null) context.progress(`Applied. To take it back: ${finished.undo}`);
    return { ...print(done, finished), next: await nextAfter(done, finished) };
  },
});

/**
 * The picks to apply, or null while somebody has to decide: the suggestion, with `--take best` whatever is still asked.
 * @throws Refusal `nothing-changed`, `base-tests-failing`
 */
function picksFor(take: 'best' | undefined, { session, suggestion, questions }: Executed) {
  if (suggestion.spine === null && take === 'best') {
    throw new Refusal({
      code: 'nothing-changed',
      message: 'No model changed anything, so there is nothing to take.',
      hint: `Read what they answered: ${sessionCommand(session, 'status')}`,
    });
  }
  if (suggestion.picks.length === 0) return null;
  // What every candidate breaks alike is what the task asks for.
  const open = questions.filter(({ alike }) => !alike);
  const asked = open.find(({ kind }) => kind === 'base-test');
  if (asked !== undefined) {
    throw new Refusal({
      code: 'base-tests-failing',
      message: `${asked.about} ${asked.names.join(', ')}`,
      hint: `Nothing was applied. If it was asked for: ${sessionCommand(session, 'apply-picks', '--picks', suggestion.file ?? '', '--pick', `${asked.id}=${asked.options[0]?.models[0]}`, '--verify')}`,
      details: { question: printQuestion(asked) },
    });
  }
  return take === undefined && open.length > 0 ? null : suggestion.picks;
}

/** Who was taken and why, for people. */
function spineInWords({ suggestion: { spine, grafts } }: Executed): string {
  if (spine === null) return 'No model changed anything.';
  const added = grafts.map(({ path, models }) => `${path} (${models.join(', ')})`).join(', ');
  return `First: ${spine.model}, because ${spine.why}.${added === '' ? '' : ` Added to it: ${added}.`}`;
}

function print(
  { session, runs, guard, captures, gates, suggestion, questions }: Executed,
  finished: Finished | null,
) {
  return {
    session_id: session.data.session_id,
    session_dir: session.directory,
    runs,
    guard,
    captures: captures.map(({ model, tree, state, totals, diff }) => ({
      model,
      tree,
      state,
      totals,
      diff,
    })),
    gates: gates.map(({ target, passed, green, tampered, base_tests_failing }) => ({
      ...{ target, passed, green, tampered, base_tests_failing },
    })),
    decisions: questions.length,
    questions: questions.map(printQuestion),
    suggestion,
    applied:
      finished === null ? null : { tree: finished.tree, from: finished.from, undo: finished.undo },
  };
}

function nextAfter({ session }: Executed, finished: Finished | null): string | Promise<string> {
  return finished === null
    ? afterAnalysis(session, session.data.current_pass)
    : commandLine(['git', '-C', session.data.main_tree, 'status']);
}

export default script;
await runWhenMain(import.meta.url, script);
