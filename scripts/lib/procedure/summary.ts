/** Phase 8: what was done, by whom, and how to take it back. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { fenced } from '../foreign-text.ts';
import { readJsonOrNull, readTextOrNull, replaceFile } from '../session/files.ts';
import { distinctChanges, readWindows } from '../session/guard-record.ts';
import { metadataMarkdown } from '../session/metadata.ts';
import { captureOf, participants, passFolder, type Session } from '../session/session.ts';
import { archiveFile, expiredMark } from './archive.ts';
import { readImported, readWrittenBundles } from './bundle/bundle-records.ts';
import { readGateRecord, targetResultSchema } from './gate-record.ts';
import { howItEnded, readRunState } from './run-state.ts';
import { prose } from './summary/cells.ts';
import { readEvents } from './summary/events.ts';
import { gatesSection } from './summary/gates-section.ts';
import { guardSection } from './summary/guard-section.ts';
import { costsSection, modelsSection } from './summary/models-sections.ts';
import { originsSection } from './summary/origins-section.ts';
import type { ModelInPass, PassFacts, SummaryFacts } from './summary/summary-facts.ts';
import {
  bundlesSection,
  placesSection,
  userChangesSection,
  wayBackSection,
} from './summary/way-back-sections.ts';

/** What apply-picks did, kept in the pass for the summary and the report. */
export const appliedSchema = z.object({
  tree: z.string(),
  to: z.enum(['main', 'scratch']),
  applied: z.array(
    z.object({
      path: z.string(),
      path_base64: z.string().optional(),
      from: z.string(),
      status: z.string(),
      why: z.string().nullable(),
    }),
  ),
  unpicked: z.array(z.object({ path: z.string(), models: z.array(z.string()) })),
});

export type Applied = z.output<typeof appliedSchema>;

export function appliedFile(session: Session, pass: number): string {
  return join(passFolder(session, pass), 'applied.json');
}

export function readApplied(session: Session, pass: number): Promise<Applied | null> {
  return readJsonOrNull(appliedFile(session, pass), appliedSchema);
}

/** Writes summary.md and gives its path; metadata.md says the same in short. */
export async function writeSummary(session: Session): Promise<string> {
  const file = join(session.directory, 'summary.md');
  const facts = await readSummaryFacts(session);
  await replaceFile(file, summaryMarkdown(facts));
  await replaceFile(join(session.directory, 'metadata.md'), metadata(facts));
  return file;
}

/** What a session came to, without where things lie and what can be done about them here. */
export async function summaryForOthers(session: Session): Promise<string> {
  return joined(whatHappened(await readSummaryFacts(session)));
}

export function summaryMarkdown(facts: SummaryFacts): string {
  return joined([
    ...whatHappened(facts),
    ...[placesSection(facts), wayBackSection(facts), userChangesSection(facts)],
    bundlesSection(facts),
  ]);
}

function whatHappened(facts: SummaryFacts): string[][] {
  const { data, task } = facts;
  return [
    [
      `# ${prose(data.prompt_summary)}`,
      '',
      `Session ${data.session_id}, ${data.status}, ${data.completed_passes} of ${data.pass_count} passes completed. Base: ${data.base}.`,
    ],
    ['## Task', '', fenced(task.replaceAll('\r\n', '\n'))],
    ...[modelsSection(facts), originsSection(facts), gatesSection(facts)],
    ...[costsSection(facts), guardSection(facts)],
  ];
}

function joined(sections: readonly string[][]): string {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

function metadata({ data, passes, bundles, imported }: SummaryFacts): string {
  const failed = passes.flatMap(({ pass, models }) =>
    models.flatMap(({ model, run }) =>
      run === null || run.status === 'succeeded'
        ? []
        : [`Pass ${pass}: ${model.model} ${howItEnded(run)}`],
    ),
  );
  return metadataMarkdown(data, [
    ...(imported === null ? [] : [`Imported from session ${imported.imported_from}`]),
    ...failed,
    ...bundles.map(({ file, bytes }) => `Bundle: ${file} (${bytes} bytes)`),
    'Summary: summary.md',
  ]);
}

async function readSummaryFacts(session: Session): Promise<SummaryFacts> {
  const { directory, data } = session;
  const passes: PassFacts[] = [];
  for (let pass = 1; pass <= data.current_pass; pass++) passes.push(await readPass(session, pass));
  const bundles = await readWrittenBundles(session);
  return {
    ...{ directory, data, passes, events: await readEvents(session) },
    task: (await readTextOrNull(join(directory, 'task.md'))) ?? data.prompt_summary,
    guard: await readNoticed(session),
    bundles: bundles.map((bundle) => ({ ...bundle, isThere: existsSync(bundle.file) })),
    imported: await readImported(session),
    keptIn: keptIn(session),
  };
}

async function readPass(session: Session, pass: number): Promise<PassFacts> {
  const models: ModelInPass[] = [];
  for (const model of participants(session)) {
    const run = await readRunState(session, model.model, pass);
    models.push({ model, run, capture: captureOf(session, model.model, pass) });
  }
  const [applied, gates] = [await readApplied(session, pass), await readGateRecord(session, pass)];
  const proof = await readJsonOrNull(
    join(passFolder(session, pass), 'proof.json'),
    targetResultSchema,
  );
  return { pass, models, applied, gates, proof };
}

async function readNoticed(session: Session): Promise<SummaryFacts['guard']> {
  const windows = await readWindows(session);
  if (windows.length === 0) return null;
  const open = windows.filter(({ state }) => state === 'open').length;
  return { changes: distinctChanges(windows), open };
}

function keptIn(session: Session): SummaryFacts['keptIn'] {
  if (existsSync(expiredMark(session))) return 'nowhere';
  return existsSync(archiveFile(session)) ? 'archive' : 'refs';
}
