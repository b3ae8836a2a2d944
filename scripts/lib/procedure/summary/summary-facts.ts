/** What a summary is made of: all of it stands in the session's files, none of it is guessed. */
import type { GuardChange } from '../../session/guard-record.ts';
import {
  type CaptureRecord,
  type SessionData,
  type SessionModel,
  standingApplication,
} from '../../session/session.ts';
import type { Imported, WrittenBundle } from '../bundle/bundle-records.ts';
import type { GateRecord, PrintedTarget } from '../gate-record.ts';
import type { RunState } from '../run-state.ts';
import type { Applied } from '../summary.ts';
import type { Event } from './events.ts';

export interface ModelInPass {
  model: SessionModel;
  /** Null: it was not run. */
  run: RunState | null;
  capture: CaptureRecord | null;
}

export interface PassFacts {
  pass: number;
  /** Those that take part. */
  models: ModelInPass[];
  applied: Applied | null;
  gates: GateRecord | null;
  /** What the last mix that was proved in this pass came to. */
  proof: PrintedTarget | null;
}

export interface SummaryFacts {
  directory: string;
  data: SessionData;
  /** The task as it was given. */
  task: string;
  /** In their order, from the first. */
  passes: PassFacts[];
  events: Event[];
  /** What changed outside of the worktrees while models ran; null: no model ran. */
  guard: { changes: GuardChange[]; open: number } | null;
  bundles: (WrittenBundle & { isThere: boolean })[];
  /** Null: the session began here. */
  imported: Imported | null;
  /** Where captures are, and what lay in the main tree: in private refs, in the archive that cleanup made, given up. */
  keptIn: 'refs' | 'archive' | 'nowhere';
}

/** The pass whose mix the summary tells of: of the one that stands, else the last one that was made. */
export function shownPass({ directory, data, passes }: SummaryFacts): PassFacts | null {
  const standing = standingApplication({ directory, data });
  return (
    passes.find(({ pass, applied }) => applied !== null && pass === standing?.pass) ??
    passes.findLast(({ applied }) => applied !== null) ??
    null
  );
}

/** Whether nobody took part but the host, whose work stands in its tree as it is. */
export function isHostAlone({ data }: SummaryFacts): boolean {
  return data.models.every(({ available, role }) => !available || role === 'host');
}
