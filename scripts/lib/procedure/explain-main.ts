/** The gates once more where the result now lies, and why one of them is not as it was in the scratch worktree. */
import * as z from 'zod';
import { listEntryChanges } from '../git/changes.ts';
import { pathText } from '../git/paths.ts';
import { listed } from '../listed.ts';
import type { Reporter } from '../script.ts';
import { readMainTree } from '../session/main-tree.ts';
import type { Session } from '../session/session.ts';
import { printTarget, type TargetResult, targetResultSchema } from './gate-record.ts';
import { gatingOptions, openGating, runGating } from './gating.ts';
import type { Exam } from './prove.ts';

export const mainGatesSchema = z.object({
  passed: z.boolean(),
  green: z.boolean(),
  gates: targetResultSchema.shape.gates,
  differences: z.array(
    z.object({
      gate: z.string(),
      proof: z.string().describe('its status in the scratch worktree'),
      main: z.string().describe('its status in the main tree'),
      because: z
        .enum(['user-changes', 'environment', 'flaky', 'missing-dependency', 'interference'])
        .describe(
          'user-changes: the main tree holds more than the result; environment: the same content, so that ignored files, programs or ports differ; missing-dependency, interference: as the verdicts of these names',
        ),
      detail: z.string(),
    }),
  ),
});

export type MainGates = z.output<typeof mainGatesSchema>;

/** So many paths are named. */
const MOST_PATHS = 10;

/** Runs the gates in the main tree and holds them against the proof of the tree that was applied there. */
export async function gateMainTree(
  { repository, timeoutMs, signal, gates }: Exam,
  session: Session,
  { tree, proof }: { tree: string; proof: TargetResult },
  reporter: Reporter,
): Promise<MainGates> {
  const gate = gates.map(({ name, command }) => `${name}=${command}`);
  const isNamed = gates.every(({ source }) => source === '--gate');
  const options = gatingOptions(repository, session, {
    ...{ main: true, timeout: timeoutMs / 1000, gate: isNamed ? gate : [] },
  });
  const [main] = await runGating(await openGating(options), options, signal, reporter);
  if (main === undefined) throw new Error('The gates gave no result for the main tree.');
  const own = await pathsBeside(repository.topLevel, tree, await readMainTree(repository, session));
  const differences = explain(proof, main, own);
  for (const { gate: name, main: status, detail } of differences)
    reporter.warn(
      `main: ${name} is ${status} here, and was not in the scratch worktree: ${detail}`,
    );
  return { passed: main.passed, green: main.green, gates: printTarget(main).gates, differences };
}

/** What lies in the main tree beside the result: the user's own work. */
async function pathsBeside(topLevel: string, tree: string, main: string): Promise<string[]> {
  return (await listEntryChanges(topLevel, tree, main)).map(({ path }) => pathText(path));
}

/** @param own the paths in which the main tree differs from the tree that was proved */
export function explain(
  proof: Pick<TargetResult, 'gates'>,
  main: Pick<TargetResult, 'gates'>,
  own: readonly string[],
): MainGates['differences'] {
  return main.gates.flatMap((gate) => {
    const before = proof.gates.find(({ name }) => name === gate.name);
    const isSame = before === undefined || (before.status === 'pass') === (gate.status === 'pass');
    if (isSame) return [];
    return [
      {
        gate: gate.name,
        proof: before.status,
        main: gate.status,
        ...(hindranceIn(gate) ?? reasonFor(gate.flaky || before.flaky, own)),
      },
    ];
  });
}

function hindranceIn({
  verdict,
  missing_dependencies: missing,
}: TargetResult['gates'][number]): ReturnType<typeof reasonFor> | null {
  if (verdict === 'missing-dependency')
    return {
      because: verdict,
      detail: `packages that the result asks for are not installed in your tree yet: ${listed(missing)}. Install them, and run the gates again.`,
    };
  return verdict === 'interference'
    ? { because: verdict, detail: 'another program has a port or a lock that it needs.' }
    : null;
}

function reasonFor(
  flaky: boolean,
  own: readonly string[],
): Pick<MainGates['differences'][number], 'because' | 'detail'> {
  if (flaky)
    return {
      because: 'flaky',
      detail: 'it was red and then green on the same content: it changes its mind.',
    };
  if (own.length === 0) {
    const detail =
      'the content is the same, so something that git ignores (build output, dependencies, .env), a program or a port differs.';
    return { because: 'environment', detail };
  }
  const shown = own.slice(0, MOST_PATHS).join(', ');
  const more = own.length > MOST_PATHS ? ` and ${own.length - MOST_PATHS} more` : '';
  return {
    because: 'user-changes',
    detail: `the main tree holds changes of your own beside the result: ${shown}${more}.`,
  };
}
