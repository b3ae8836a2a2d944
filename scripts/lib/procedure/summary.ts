/** Phase 8: what was done, by whom, and how to take it back. */
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonOrNull, replaceFile } from '../session/files.ts';
import { distinctChanges, readWindows } from '../session/guard-record.ts';
import { passFolder, type Session } from '../session/session.ts';
import { type GateRecord, readGateRecord } from './gate-record.ts';
import { inWords } from './guard-words.ts';
import { howItEnded, readRunState } from './run-state.ts';

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

/** Writes summary.md and gives its path. */
export async function writeSummary(session: Session): Promise<string> {
  const file = join(session.directory, 'summary.md');
  await replaceFile(file, await summaryMarkdown(session));
  return file;
}

async function summaryMarkdown(session: Session): Promise<string> {
  const { data } = session;
  const pass = data.current_pass;
  const applied = await readApplied(session, pass);
  const gates = await readGateRecord(session, pass);
  return [
    `# ${inline(data.prompt_summary)}`,
    '',
    `Session ${data.session_id}, ${data.status}, ${data.completed_passes} of ${data.pass_count} passes completed. Base: ${data.base}.`,
    '',
    '## Who took part',
    '',
    '| model | program | outcome | time | tokens in / out | cost |',
    '| --- | --- | --- | --- | --- | --- |',
    ...(await Promise.all(data.models.map((model) => modelRow(session, model, pass)))),
    '',
    '## What came from whom',
    '',
    ...(applied === null && isHostAlone(session)
      ? ['Only the host took part; its work stands in the main tree.']
      : appliedTable(applied)),
    '',
    '## Gates',
    '',
    ...gateTable(gates),
    '',
    ...(await guardSection(session)),
    '## Where everything lies, and how to take it back',
    '',
    `- All results, diffs, logs and decisions: ${session.directory}`,
    ...undoLine(session),
    '',
  ].join('\n');
}

async function modelRow(
  session: Session,
  { model, backend, available, reason, role }: Session['data']['models'][number],
  pass: number,
): Promise<string> {
  if (!available)
    return `| ${model} | ${backend ?? ''} | did not take part: ${inline(reason ?? '')} | | | |`;
  const run = await readRunState(session, model, pass);
  const outcome = run === null ? 'not run' : howItEnded(run);
  const time = run?.duration_ms == null ? '' : `${Math.round(run.duration_ms / 1000)} s`;
  const tokens = run?.usage ? `${run.usage.input_tokens} / ${run.usage.output_tokens}` : '';
  const cost = run?.usage?.cost_usd == null ? '' : `$${run.usage.cost_usd.toFixed(2)}`;
  return `| ${model} | ${backend ?? role} | ${outcome} | ${time} | ${tokens} | ${cost} |`;
}

function isHostAlone({ data }: Session): boolean {
  return data.models.every(({ available, role }) => !available || role === 'host');
}

function appliedTable(applied: Applied | null): string[] {
  if (applied === null) return ['Nothing was applied.'];
  return [
    '| file | from | status | why |',
    '| --- | --- | --- | --- |',
    ...applied.applied.map(
      ({ path, from, status, why }) =>
        `| ${inline(path)} | ${from} | ${status} | ${inline(why ?? '')} |`,
    ),
    ...(applied.unpicked.length === 0
      ? []
      : [
          '',
          `Changed by some model and taken from none: ${applied.unpicked.map(({ path }) => inline(path)).join(', ')}.`,
        ]),
  ];
}

function gateTable(record: GateRecord | null): string[] {
  if (record === null) return ['No gate was run.'];
  return [
    `| target | ${record.gates.map(({ name }) => name).join(' | ')} | passed |`,
    `| --- | ${record.gates.map(() => '---').join(' | ')} | --- |`,
    ...record.results.map(({ target, gates, passed }) => {
      const cells = record.gates.map(
        ({ name }) => gates.find((gate) => gate.name === name)?.status ?? '',
      );
      return `| ${target} | ${cells.join(' | ')} | ${passed ? 'yes' : 'no'} |`;
    }),
  ];
}

const MOST_CHANGES = 20;

/** What changed outside of the worktrees while models ran; nothing where no model ran. */
async function guardSection(session: Session): Promise<string[]> {
  const windows = await readWindows(session);
  if (windows.length === 0) return [];
  const changes = distinctChanges(windows);
  const open = windows.filter(({ state }) => state === 'open').length;
  const more = changes.length - MOST_CHANGES;
  return [
    '## What else changed while models ran',
    '',
    ...(changes.length === 0 && open === 0 ? ['Nothing of what is watched.'] : []),
    ...changes.slice(0, MOST_CHANGES).map((change) => `- ${inline(inWords(change))}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...(open > 0 ? ['- unknown: a run was cut short; capture-diff or cleanup looks again'] : []),
    ...(changes.length > 0
      ? ['', `By whom, and what was kept: ${join(session.directory, 'guard')}`]
      : []),
    '',
  ];
}

function undoLine({ data }: Session): string[] {
  if (!data.applications.some(({ state }) => state === 'applied')) return [];
  return [`- To take the application back: mm.mjs apply-picks --undo --session ${data.session_id}`];
}

/** Text from outside on one line of a table. */
function inline(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('`', "'");
}
