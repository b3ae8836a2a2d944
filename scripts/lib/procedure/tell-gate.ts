/** What is said of a gate as soon as it has ended. */
import type { GateResult } from '../gates/run.ts';
import { listed } from '../listed.ts';
import type { Reporter } from '../script.ts';

/** What helps where packages are missing. */
export const INSTALL_HINT =
  'install them where it was gated, or let them be installed from the network (make-worktrees --network, or "provide": {"network": true} in .multi-model.json), and run it again.';

const INTERFERENCE = {
  green:
    'was red beside other gates, or for a port or lock that another program had, and is green alone: it counts as green. They were in each other’s way: --jobs 1 runs one gate after the other.',
  red: 'is red for want of a port or lock that another program has (interference): that says nothing of the code. End that program, and run the gate again, with --jobs 1.',
} as const;

export function tellGate(target: string, result: GateResult, reporter: Reporter): void {
  const { name, status, duration_ms, cached, flaky, changed_files, missing_dependencies } = result;
  if (missing_dependencies.length > 0)
    reporter.warn(
      `${target}: ${name} is red, and packages that this tree asks for are not installed there: ${listed(missing_dependencies)}. That blames no code (missing-dependency): ${INSTALL_HINT}`,
    );
  if (result.interference)
    reporter.warn(`${target}: ${name} ${INTERFERENCE[status === 'pass' ? 'green' : 'red']}`);
  const time = cached ? ' (cached)' : ` in ${Math.round(duration_ms / 100) / 10} s`;
  reporter.progress(`${target}: ${name} ${flaky ? 'flaky (red, then green)' : status}${time}`);
  if (changed_files.length === 0 || cached) return;
  const what = `${changed_files.slice(0, 3).join(', ')}${changed_files.length > 3 ? ', ...' : ''}`;
  const undone = target === 'main' ? '' : '; put back, and not counted as the model’s';
  reporter.warn(`${target}: the gate ${name} itself changed ${what}${undone}.`);
}
