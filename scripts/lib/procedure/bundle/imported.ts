/** Where a session came from that was not begun here: `imported.json` in its directory. */
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonOrNull, replaceJson } from '../../session/files.ts';
import type { Session } from '../../session/session.ts';

const importedSchema = z.object({
  schema_version: z.literal(1),
  /** The session's id where it was begun. */
  imported_from: z.string(),
  /** The commit of the bundle's results. */
  results: z.string(),
  imported_at: z.iso.datetime(),
});

export type Imported = z.output<typeof importedSchema>;

function importedFile({ directory }: Pick<Session, 'directory'>): string {
  return join(directory, 'imported.json');
}

/** Null for a session that began here. */
export function readImported(session: Pick<Session, 'directory'>): Promise<Imported | null> {
  return readJsonOrNull(importedFile(session), importedSchema);
}

export async function writeImported(
  session: Session,
  imported: Omit<Imported, 'schema_version'>,
): Promise<void> {
  await replaceJson(importedFile(session), { schema_version: 1, ...imported });
}
