/** What a session's directory says of bundles: of which one it was made, and which were written of it. */
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonOrNull, replaceJson } from '../../session/files.ts';
import type { Session } from '../../session/session.ts';

const writtenSchema = z.object({
  file: z.string(),
  bytes: z.number().int(),
  /** The commit of its results: a bundle is known by it. */
  results: z.string(),
  written_at: z.iso.datetime(),
});

export type WrittenBundle = z.output<typeof writtenSchema>;

/** The oldest first; of one file only the last. */
export async function readWrittenBundles({ directory }: Session): Promise<WrittenBundle[]> {
  const schema = z.object({ bundles: z.array(writtenSchema) });
  return (await readJsonOrNull(join(directory, 'bundles.json'), schema))?.bundles ?? [];
}

export async function noteBundle(session: Session, bundle: WrittenBundle): Promise<void> {
  const others = (await readWrittenBundles(session)).filter(({ file }) => file !== bundle.file);
  const record = { schema_version: 1, bundles: [...others, bundle] };
  await replaceJson(join(session.directory, 'bundles.json'), record);
}

/** The session's id where it was begun, and the commit of the bundle's results. */
const importedSchema = z.object({ imported_from: z.string(), results: z.string() });

export type Imported = z.output<typeof importedSchema>;

/** Null for a session that began here. */
export function readImported({ directory }: Pick<Session, 'directory'>): Promise<Imported | null> {
  return readJsonOrNull(join(directory, 'imported.json'), importedSchema);
}

export async function writeImported({ directory }: Session, imported: Imported): Promise<void> {
  await replaceJson(join(directory, 'imported.json'), { schema_version: 1, ...imported });
}
