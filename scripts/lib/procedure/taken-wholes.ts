/** Whose whole was taken, session by session: kept in the state root, shown in the ranking, sent nowhere. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isCode } from '../ranking/is-code.ts';
import type { TakenWhole } from '../ranking/prior.ts';
import { readTextOrNull, replaceJson } from '../session/files.ts';
import type { Session } from '../session/session.ts';

const takenSchema = z.record(
  z.string().describe('the id of a session'),
  z.object({ models: z.array(z.string()), taken: z.string() }),
);

type Taken = z.output<typeof takenSchema>;

/** Older ones say little of today's models. */
const MOST_SESSIONS = 200;

/**
 * Two sessions that end at the same moment may lose one word of theirs: it orders equals and no more.
 * @param taken the model, or null: a mix was applied, or a whole was taken back
 */
export async function keepTakenWhole(
  session: Session,
  models: readonly string[],
  taken: string | null,
): Promise<void> {
  const file = fileIn(repositoryFolderOf(session));
  const { [session.data.session_id]: known, ...others } = await read(file);
  if (taken === null && known === undefined) return;
  const own = taken === null ? {} : { [session.data.session_id]: { models: [...models], taken } };
  const kept = Object.entries({ ...others, ...own }).slice(-MOST_SESSIONS);
  await replaceJson(file, Object.fromEntries(kept));
}

/** Of this repository, else, while it has none, of all. */
export async function readTakenWholes(session: Session): Promise<TakenWhole[]> {
  const folder = repositoryFolderOf(session);
  const own = Object.values(await read(fileIn(folder)));
  if (own.length > 0) return own;
  const folders = await readdir(dirname(folder));
  const all = await Promise.all(folders.map((name) => read(fileIn(join(dirname(folder), name)))));
  return all.flatMap((taken) => Object.values(taken));
}

/** The model that all applied code is from, if nothing of its code was left out; null: it was a mix. */
export function wholeTaken(
  applied: readonly { path: string; from: string }[],
  unpicked: readonly { path: string; models: readonly string[] }[],
): string | null {
  const sources = new Set(applied.filter(({ path }) => isCode(path)).map(({ from }) => from));
  const [model] = sources;
  if (model === undefined || sources.size > 1) return null;
  const isLeftOut = unpicked.some((it) => isCode(it.path) && it.models.includes(model));
  return isLeftOut ? null : model;
}

/** `<root>/repos/<slug>--<id>/sessions/execute/<session-id>` -> `<root>/repos/<slug>--<id>` */
function repositoryFolderOf({ directory }: Session): string {
  return dirname(dirname(dirname(directory)));
}

function fileIn(folder: string): string {
  return join(folder, 'wholes.json');
}

/** What cannot be read is as if it were not there. */
async function read(file: string): Promise<Taken> {
  const text = await readTextOrNull(file);
  if (text === null) return {};
  try {
    return takenSchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
