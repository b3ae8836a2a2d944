/** The gates of a pass for its page: of every target, and of the mix that was proved last. */
import type { ReportGates } from '../../report/report-data.ts';
import { readJsonOrNull } from '../../session/files.ts';
import { captureOf, type Session } from '../../session/session.ts';
import { type GateRecord, type PrintedTarget, targetResultSchema } from '../gate-record.ts';
import { gateTables } from '../gate-tables.ts';
import { proofFile } from '../prove.ts';

/** @throws Failure `damaged-file` */
export function readProof(session: Session, pass: number): Promise<PrintedTarget | null> {
  return readJsonOrNull(proofFile(session, pass), targetResultSchema);
}

export function gateFacts(
  session: Session,
  pass: number,
  record: GateRecord | null,
  proof: PrintedTarget | null,
): ReportGates {
  const order = ['base', ...session.data.models.map(({ model }) => model)];
  const place = ({ target }: PrintedTarget) => order.indexOf(target) + 1 || order.length + 1;
  const results = [...(record?.results ?? [])].sort((a, b) => place(a) - place(b));
  const outdated = results.filter(({ target, tree }) => {
    const captured = captureOf(session, target, pass);
    return captured !== null && captured.tree !== tree;
  });
  return gateReport(
    results,
    proof,
    outdated.map(({ target }) => target),
  );
}

/** @param results base first, then the models */
export function gateReport(
  results: readonly PrintedTarget[],
  proof: PrintedTarget | null,
  outdated: string[],
): ReportGates {
  const mix = proof && { ...proof, target: `mix ${proof.tree.slice(0, 12)}` };
  return {
    outdated,
    targets: results.map(({ target, passed }) => ({ target, passed })),
    mix: proof && { tree: proof.tree, passed: proof.passed },
    tables: gateTables([...results, ...(mix === null ? [] : [mix])]),
  };
}
