/** The bundles that were written of a session: `bundles.json` in its directory, for its summary. */
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonOrNull, replaceJson } from '../../session/files.ts';
import type { Session } from '../../session/session.ts';

const writtenBundleSchema = z.object({
  file: z.string(),
  bytes: z.number().int(),
  /** The commit of its results: a bundle is known by it. */
  results: z.string(),
  written_at: z.iso.datetime(),
});

const recordSchema = z.object({
  schema_version: z.literal(1),
  bundles: z.array(writtenBundleSchema),
});

export type WrittenBundle = z.output<typeof writtenBundleSchema>;

function recordFile({ directory }: Session): string {
  return join(directory, 'bundles.json');
}

/** The oldest first; of one file only the last. */
export async function readWrittenBundles(session: Session): Promise<WrittenBundle[]> {
  return (await readJsonOrNull(recordFile(session), recordSchema))?.bundles ?? [];
}

export async function noteBundle(session: Session, bundle: WrittenBundle): Promise<void> {
  const others = (await readWrittenBundles(session)).filter(({ file }) => file !== bundle.file);
  await replaceJson(recordFile(session), { schema_version: 1, bundles: [...others, bundle] });
}
