/**
 * A bundle is a git bundle of one commit on base, `refs/mm/<session-id>/results`: the session's facts and texts are in its
 * folder `session`, and each capture is a folder beside it. It builds on HEAD of the session's start.
 */
import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { messageOf, Refusal, UsageError } from '../../errors.ts';
import { slotNameSchema } from '../../models/backend.ts';
import { MAX_PASSES } from '../../models/triggers.ts';
import { passName } from '../../session/paths.ts';
import { fileName } from '../../session/session.ts';

const MOST_FILE_BYTES = 512 * 1024 ** 2;
/** Of all texts together: what anybody reads is smaller. */
export const MOST_TEXT_BYTES = 64 * 1024 ** 2;

/** One line that no terminal obeys, whoever wrote the bundle. */
const line = z.string().regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]{0,200}$/u);
const pass = z.number().int().min(1).max(MAX_PASSES);

/** `session/session.json`. */
export const factsSchema = z.object({
  schema_version: z.literal(2),
  task: line,
  timeout_s: z.union([z.number().positive(), z.literal('none')]),
  passes: pass,
  /** The pass that is replayed where none is named. */
  replayed: pass,
  models: z
    .array(
      z.object({
        model: slotNameSchema.max(100),
        ...{ backend: line.nullable(), version: line.nullable(), agent_model: line.nullable() },
        /** In which passes. */
        captured: z.array(pass).max(MAX_PASSES),
      }),
    )
    .max(64),
  /** What picks made of the captures of a pass. */
  mixes: z.array(z.object({ pass, tree: z.string() })).max(MAX_PASSES),
});

export type BundleFacts = z.output<typeof factsSchema>;

const TEXTS_OF_PASS = [
  ...['picks', 'applied', 'gates', 'proof', 'cross-tests', 'comparison'].map((it) => `${it}.json`),
  ...['comparison', 'quality-gates', 'cross-tests', 'synthesis'].map((it) => `${it}.md`),
];

/** All texts that a bundle may have beside its facts, named as in a session's directory. */
export function textsOf({ passes, models }: Pick<BundleFacts, 'passes' | 'models'>): string[] {
  const outputs = models.map(({ model }) => `outputs/${fileName(model)}.md`);
  const folders = Array.from({ length: passes }, (_, at) => passName(at + 1));
  const all = folders.flatMap((it) =>
    [...TEXTS_OF_PASS, ...outputs].map((name) => `${it}/${name}`),
  );
  return ['task.md', 'summary.md', ...all];
}

export function captureFolder(model: string, pass: number): string {
  return `${passName(pass)}-${fileName(model)}`;
}

export interface BundleFile {
  session_id: string;
  /** The commit that it builds on. */
  ref: string;
  results: string;
  pack: Buffer;
}

/** Git would make or print whatever the head of a hostile one holds (gitformat-bundle). */
const HEAD =
  /^# v[23] git bundle\n(?:@object-format=sha(?:1|256)\n)?-([0-9a-f]{40,64})(?: .*)?\n([0-9a-f]{40,64}) refs\/mm\/(\d{8}-\d{6}Z-\d{1,10}-[0-9a-f]{4})\/results\n\n/;

export function bundleHead({ session_id, ref, results }: Omit<BundleFile, 'pack'>): string {
  const format = ref.length === 40 ? '# v2 git bundle' : '# v3 git bundle\n@object-format=sha256';
  return `${format}\n-${ref} \n${results} refs/mm/${session_id}/results\n\n`;
}

/**
 * A bundle, not looked into yet.
 * @throws UsageError `unreadable-file`, `bad-bundle`
 */
export async function readBundle(file: string): Promise<BundleFile> {
  const bytes = await readBytes(file);
  const [head = '', ref = '', results = '', session_id = ''] =
    HEAD.exec(bytes.toString('latin1', 0, 1000)) ?? [];
  if (head === '')
    throw badBundle(file, 'it is no bundle of multi-model-execute, or one of another version');
  return { session_id, ref, results, pack: bytes.subarray(head.length) };
}

async function readBytes(file: string): Promise<Buffer> {
  const unreadable = (error: unknown): never => {
    throw new UsageError({
      code: 'unreadable-file',
      message: `The bundle could not be read from ${file}: ${messageOf(error)}.`,
      hint: 'Check the path (it is taken from the current directory).',
      details: { file },
    });
  };
  const facts = await stat(file).catch(unreadable);
  // A fifo would be waited for.
  if (!facts.isFile()) throw badBundle(file, 'it is no file');
  if (facts.size > MOST_FILE_BYTES) throw badBundle(file, `it is too large (${facts.size} bytes)`);
  return readFile(file).catch(unreadable);
}

/** It cannot be used, whatever is done here. */
export function badBundle(file: string, problem: string): UsageError {
  return new UsageError({
    code: 'bad-bundle',
    // It may quote what a hostile one holds.
    message: `${file} cannot be used: ${asLine(problem)}. Nothing was changed.`,
    hint: 'A bundle is one file, written by finish-session --bundle; have it made or sent again.',
    details: { file },
  });
}

/** It builds on what this repository does not have. */
export function bundleNeeds(file: string, oid: string): Refusal {
  return new Refusal({
    code: 'bundle-needs-commit',
    message: `${file} builds on ${oid}, which this repository does not have. Nothing was changed.`,
    hint: `Bring it here first: git fetch origin ${oid}; in a partial clone, check the commit out that it builds on. Or run it in a full clone that has it.`,
    details: { file, commits: [oid] },
  });
}

/** Text for a field of one line: what does not fit is left out. */
export function asLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, 200);
}
