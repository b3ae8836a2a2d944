/** The facts of a pass for its page, from the session's own files: so it works in any state of it, and after cleanup. */
import { join } from 'node:path';
import { ExpectedError } from '../errors.ts';
import { reportPage } from '../report/page.ts';
import { existing, placesOf } from '../report/places.ts';
import type {
  ReportApplied,
  ReportData,
  ReportModel,
  ReportSession,
} from '../report/report-data.ts';
import type { Patches } from '../report/versions.ts';
import { maskTexts } from '../secrets.ts';
import { readTextOrNull, replaceFile } from '../session/files.ts';
import { distinctChanges, readWindows } from '../session/guard-record.ts';
import {
  captureOf,
  fileName,
  passFolder,
  type Session,
  type SessionModel,
} from '../session/session.ts';
import { sessionCommand, sessionWords } from '../session/session-command.ts';
import { secretsOf } from '../session/session-secrets.ts';
import { evidenceTable } from './evidence-table.ts';
import { readGateRecord } from './gate-record.ts';
import { inWords } from './guard-words.ts';
import {
  comparisonFacts,
  diffPath,
  readComparison,
  readMatrix,
  readPatches,
  suggestionFacts,
} from './report/comparison-facts.ts';
import { gateFacts, readProof } from './report/gate-facts.ts';
import { readRunState } from './run-state.ts';
import { type Applied, readApplied } from './summary.ts';

/** Writes report.html of the pass; gives its path, its size, and what could not be read for it. */
export async function writeReport(
  session: Session,
  pass: number,
): Promise<{ file: string; bytes: number; problems: string[] }> {
  const file = join(passFolder(session, pass), 'report.html');
  const data = await readReportData(session, pass);
  const page = Buffer.from(reportPage(maskTexts(data, await secretsOf(session))), 'utf8');
  await replaceFile(file, page);
  return { file, bytes: page.length, problems: data.problems };
}

async function readReportData(session: Session, pass: number): Promise<ReportData> {
  const folder = passFolder(session, pass);
  const problems: string[] = [];
  const comparison = await orProblem(problems, readComparison(folder));
  const patches = await readPatches(session, pass, comparison);
  const gates = await orProblem(problems, readGateRecord(session, pass));
  const proof = await orProblem(problems, readProof(session, pass));
  const applied = await orProblem(problems, readApplied(session, pass));
  const models: ReportModel[] = [];
  for (const model of session.data.models) {
    models.push(await modelFacts(session, pass, model, patches, problems));
  }
  return {
    task: (await readTextOrNull(join(session.directory, 'task.md'))) ?? session.data.prompt_summary,
    made_at: new Date().toISOString(),
    session: sessionFacts(session, pass),
    models,
    gates: gates || proof ? gateFacts(session, pass, gates, proof) : null,
    comparison: comparison && comparisonFacts(session, pass, comparison, patches),
    suggestion: comparison && (await suggestionFacts(session, pass, comparison)),
    evidence: comparison?.evidence.length ? evidenceTable(comparison.evidence) : null,
    cross_tests: await orProblem(problems, readMatrix(session, pass)),
    applied: applied && appliedFacts(session, pass, applied),
    noticed: await orProblem(problems, readNoticed(session)),
    analysis: await readTextOrNull(join(folder, 'synthesis.md')),
    folder,
    places: placesOf(session.directory, folder),
    problems,
  };
}

/** In all passes: what was changed early may be missed late. */
async function readNoticed(session: Session): Promise<string[] | null> {
  const windows = await readWindows(session);
  return windows.length === 0 ? null : distinctChanges(windows).map(inWords);
}

/** One damaged file is no reason to show nothing of all others. */
async function orProblem<T>(problems: string[], reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    problems.push(error.message);
    return null;
  }
}

function sessionFacts(session: Session, pass: number): ReportSession {
  const { directory, data } = session;
  const { user_changes: changes } = data;
  return {
    ...data,
    directory,
    named: sessionWords(session),
    pass,
    user_changes: changes && { ...changes, files: changes.files.length },
  };
}

async function modelFacts(
  session: Session,
  pass: number,
  { model, backend, ...facts }: SessionModel,
  patches: Patches,
  problems: string[],
): Promise<ReportModel> {
  const run = await orProblem(problems, readRunState(session, model, pass));
  const files = [...(patches.get(model)?.values() ?? [])];
  const sum = (key: 'additions' | 'deletions') => files.reduce((all, file) => all + file[key], 0);
  return {
    ...{ model, program: backend, ...facts },
    run: run && { ...run, attempts: run.attempts.length },
    capture: captureOf(session, model, pass)?.state ?? null,
    totals: patches.has(model)
      ? { files: files.length, additions: sum('additions'), deletions: sum('deletions') }
      : null,
    places: existing(passFolder(session, pass), [
      { path: `outputs/${fileName(model)}.md`, what: 'final text' },
      { path: diffPath(model), what: 'diff' },
      { path: `stderr/${fileName(model)}.txt`, what: 'stderr' },
    ]),
  };
}

function appliedFacts(session: Session, pass: number, applied: Applied): ReportApplied {
  const application = session.data.applications.findLast(
    (it) => it.pass === pass && it.tree === applied.tree,
  );
  const state = application?.state ?? 'not-applied';
  const stands = state === 'applied' || state === 'writing';
  return {
    ...{ to: applied.to, state, tree: applied.tree },
    ...{ files: applied.applied, unpicked: applied.unpicked },
    undo: stands ? sessionCommand(session, 'apply-picks', '--undo') : null,
  };
}
