/** Which of the project's own formatters is to write before a mix is proved, and how each is told to. */
import { posix } from 'node:path';
import type { Gate } from '../gates/gate.ts';
import { readProject } from '../gates/project.ts';
import { writingForm } from '../gates/writing-form.ts';
import { filesAt } from '../git/files-at.ts';
import type { TargetResult } from './gate-record.ts';
import type { Exam } from './prove.ts';
import { isOfGate, redItems } from './red-items.ts';

/**
 * The formatters that are red in a result and were not on base, with the commands that write. Those commands are read from
 * base, never from what a model wrote; one whose writing form is not known is left out.
 */
export async function formattersToRun(
  { repository, base, gates, known }: Exam,
  result: TargetResult,
): Promise<Gate[]> {
  const onBase = known.find(({ target }) => target === 'base');
  const [red, before] = [redItems(result), redItems(onBase ?? { gates: [] })];
  const isIn = (items: ReadonlySet<string>, gate: Gate) =>
    [...items].some((item) => isOfGate(item, gate.name));
  const files = filesAt(repository.topLevel, base);
  const written = gates.map(async (gate) => {
    if (gate.kind !== 'formatter' || !isIn(red, gate) || isIn(before, gate)) return [];
    const read = (path: string) => files.read(posix.join(gate.cwd, path));
    const { scripts } = await readProject({ read, list: async () => [] });
    const command = writingForm(gate.command, scripts, gate.cwd);
    return command === null ? [] : [{ ...gate, command }];
  });
  return (await Promise.all(written)).flat();
}
