/** The facts of a pass for its page, from the session's own files: so it works in any state of it, and after cleanup. */
import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { ExpectedError, systemErrorCode } from '../errors.ts';
import { type RawPath, rawPathOfPrinted } from '../git/paths.ts';
import { reportPage } from '../report/page.ts';
import { readPatch } from '../report/read-patch.ts';
import type {
  Place,
  ReportApplied,
  ReportComparison,
  ReportData,
  ReportGates,
  ReportModel,
  ReportSession,
} from '../report/report-data.ts';
import { type Patches, VersionReader } from '../report/versions.ts';
import { maskTexts } from '../secrets.ts';
import { readJsonOrNull, readTextOrNull, replaceFile } from '../session/files.ts';
import { distinctChanges, readWindows } from '../session/guard-record.ts';
import {
  captureOf,
  fileName,
  passFolder,
  type Session,
  type SessionModel,
} from '../session/session.ts';
import { secretsOf } from '../session/session-secrets.ts';
import { comparedFileSchema, type PrintedComparison } from './compare.ts';
import { type GateRecord, readGateRecord } from './gate-record.ts';
import { inWords } from './guard-words.ts';
import { readRunState } from './run-state.ts';
import { type Applied, readApplied } from './summary.ts';

const comparisonFileSchema = z.object({
  models: z.array(z.string()),
  decisions: z.number(),
  files: z.array(comparedFileSchema),
});

type ComparisonFile = z.output<typeof comparisonFileSchema>;

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
  const patches = await readPatches(session, pass, decisionsOf(comparison));
  const gates = await orProblem(problems, readGateRecord(session, pass));
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
    gates: gates && gateFacts(session, pass, gates),
    comparison: comparison && comparisonFacts(session, pass, comparison, patches),
    applied: applied && appliedFacts(session, pass, applied),
    noticed: await orProblem(problems, readNoticed(session)),
    analysis: await readTextOrNull(join(folder, 'synthesis.md')),
    folder,
    places: placesOf(session, folder),
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

function readComparison(folder: string): Promise<ComparisonFile | null> {
  return readJsonOrNull(join(folder, 'comparison.json'), comparisonFileSchema);
}

function decisionsOf(comparison: ComparisonFile | null): Set<RawPath> {
  const open = comparison?.files.filter(({ agreement }) => /^(conflict|split)$/.test(agreement));
  return new Set(open?.map(rawPathOf));
}

function rawPathOf({ path, path_base64 }: PrintedComparison): RawPath {
  return rawPathOfPrinted(path_base64 === undefined ? { path } : { path, path_base64 });
}

/** Each model's diff, where there is one. */
async function readPatches(
  session: Session,
  pass: number,
  decisions: Set<RawPath>,
): Promise<Patches> {
  const patches = new Map<string, Awaited<ReturnType<typeof readPatch>>>();
  for (const { model } of session.data.models) {
    if (captureOf(session, model, pass) === null) continue;
    try {
      const file = join(passFolder(session, pass), diffPath(model));
      patches.set(model, await readPatch(file, decisions));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  return patches;
}

function diffPath(model: string): string {
  return `diffs/${fileName(model)}.diff`;
}

function sessionFacts({ directory, data }: Session, pass: number): ReportSession {
  const { user_changes: changes } = data;
  return {
    ...data,
    directory,
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

function existing(folder: string, places: readonly Place[]): Place[] {
  return places.filter(({ path }) => existsSync(join(folder, path)));
}

function gateFacts(session: Session, pass: number, { gates, results }: GateRecord): ReportGates {
  const order = ['base', ...session.data.models.map(({ model }) => model)];
  const place = (target: string) => order.indexOf(target) + 1 || order.length + 1;
  return {
    gates: [...gates, ...gatesBeside(gates, results)],
    targets: results
      .map((result) => {
        const captured = captureOf(session, result.target, pass);
        return { ...result, outdated: captured !== null && captured.tree !== result.tree };
      })
      .sort((a, b) => place(a.target) - place(b.target)),
  };
}

/** Gates that some target was run with before the list was changed. */
function gatesBeside(gates: GateRecord['gates'], results: GateRecord['results']) {
  const names = new Set(gates.map(({ name }) => name));
  return results
    .flatMap((result) => result.gates)
    .filter(({ name }) => !names.has(name) && names.add(name))
    .map(({ name, kind, command }) => ({ name, kind, command, source: 'an earlier list' }));
}

function comparisonFacts(
  session: Session,
  pass: number,
  { models, decisions, files }: ComparisonFile,
  patches: Patches,
): ReportComparison {
  const made = statSync(join(passFolder(session, pass), 'comparison.json')).mtime.toISOString();
  const versions = new VersionReader(patches, (model) => ({
    path: diffPath(model),
    what: 'the whole diff',
  }));
  return {
    models,
    decisions,
    outdated: models.some((model) => (captureOf(session, model, pass)?.captured_at ?? '') > made),
    files: files.map((file) => ({
      path: file.path,
      agreement: file.agreement,
      versions: versions.of(rawPathOf(file), file),
    })),
  };
}

function appliedFacts({ data }: Session, pass: number, applied: Applied): ReportApplied {
  const application = data.applications.findLast(
    (it) => it.pass === pass && it.tree === applied.tree,
  );
  const state = application?.state ?? 'not-applied';
  const stands = state === 'applied' || state === 'writing';
  return {
    ...{ to: applied.to, state, tree: applied.tree },
    ...{ files: applied.applied, unpicked: applied.unpicked },
    undo: stands ? `mm.mjs apply-picks --undo --session ${data.session_id}` : null,
  };
}

function placesOf(session: Session, folder: string): Place[] {
  const inSession = (name: string) => relative(folder, join(session.directory, name));
  return existing(folder, [
    { path: 'prompt.md', what: 'what the models were told' },
    { path: 'outputs', what: 'what each model said at the end' },
    { path: 'diffs', what: 'each model’s whole result, as a diff that git apply takes' },
    { path: 'files', what: 'the files that each model changed, whole' },
    { path: 'logs', what: 'the logs of gates and programs' },
    { path: 'quality-gates.md', what: 'the gates' },
    { path: 'comparison.md', what: 'the comparison' },
    { path: 'synthesis.md', what: 'the analysis' },
    { path: 'picks.json', what: 'what was picked' },
    { path: inSession('task.md'), what: 'the task' },
    { path: inSession('summary.md'), what: 'the summary' },
    { path: inSession('events.jsonl'), what: 'what happened, one event a line' },
  ]);
}
