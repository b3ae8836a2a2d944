import { Refusal } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { readGateRecord } from './gate-record.ts';

/**
 * What is compared has been through the gates, as it was captured. A run that found no gate in the project is as much as
 * can be had there.
 * @throws Refusal `not-gated`
 */
export async function assertGated(
  session: Session,
  pass: number,
  candidates: readonly { model: string; tree: string }[],
): Promise<void> {
  const record = await readGateRecord(session, pass);
  if (record?.gates.length === 0) return;
  const isGated = ({ model, tree }: { model: string; tree: string }) =>
    record?.results.some((it) => it.target === model && it.tree === tree) ?? false;
  const missing = candidates.filter((it) => !isGated(it)).map(({ model }) => model);
  if (missing.length === 0) return;
  const which = missing.length === candidates.length ? ['--all'] : missing.flatMap(asModel);
  throw new Refusal({
    code: 'not-gated',
    message: `The quality gates have not been run on what was captured of ${missing.join(', ')} in pass ${pass}: no result is compared before that.`,
    hint: sessionCommand(session, 'gates', ...which, '--base', '--pass', String(pass)),
    details: { models: missing },
  });
}

function asModel(model: string): string[] {
  return ['--model', model];
}
