/** The gates of a pass for its page: of every target, and of the mix that was proved last. */
import type { ReportGates } from '../../report/report-data.ts';
import { readJsonOrNull } from '../../session/files.ts';
import { captureOf, type Session } from '../../session/session.ts';
import { type GateRecord, type PrintedTarget, targetResultSchema } from '../gate-record.ts';
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
  const { gates, results } = record ?? { gates: [], results: [] };
  const order = ['base', ...session.data.models.map(({ model }) => model)];
  const place = (target: string) => order.indexOf(target) + 1 || order.length + 1;
  const known = [...gates, ...gatesBeside(gates, results, 'an earlier list')];
  return {
    gates: [...known, ...gatesBeside(known, proof === null ? [] : [proof], 'the proof')],
    targets: results
      .map((result) => {
        const captured = captureOf(session, result.target, pass);
        return { ...result, outdated: captured !== null && captured.tree !== result.tree };
      })
      .sort((a, b) => place(a.target) - place(b.target)),
    mix: proof && { ...proof, target: 'mix', outdated: false },
  };
}

/** Gates that some target was run with, and that the list does not have. */
function gatesBeside(
  gates: readonly { name: string }[],
  results: readonly PrintedTarget[],
  source: string,
) {
  const names = new Set(gates.map(({ name }) => name));
  return results
    .flatMap((result) => result.gates)
    .filter(({ name }) => !names.has(name) && names.add(name))
    .map(({ name, kind, command }) => ({ name, kind, command, source }));
}
