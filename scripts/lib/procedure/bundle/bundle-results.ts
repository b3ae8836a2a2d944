/** The results of a session that go into a bundle, each a text by its path: nothing of a machine stands in them. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { maskText } from '../../secrets.ts';
import { readTextOrNull } from '../../session/files.ts';
import { passName } from '../../session/paths.ts';
import { fileName, type Session } from '../../session/session.ts';
import { secretsOf } from '../../session/session-secrets.ts';
import { changeTexts, type HiddenPlace, hidePlaces } from './hide-places.ts';

export const FACTS_FILE = 'session.json';
export const TASK_FILE = 'task.md';
export const SUMMARY_FILE = 'summary.md';
export const PICKS_FILE = 'picks.json';

/** Larger ones are no texts that anybody reads. */
export const MOST_BYTES = 16 * 1024 * 1024;
/** Of all together. */
export const MOST_BYTES_OF_ALL = 8 * MOST_BYTES;

/** Data that decides something where it is found: what gates run, what was applied. */
export const DECIDING_FILES = [
  ...[PICKS_FILE, 'applied.json', 'gates.json', 'proof.json', 'cross-tests.json'],
];
/** What people read. */
export const READ_FILES = [
  ...['comparison.json', 'comparison.md', 'quality-gates.md', 'cross-tests.md', 'synthesis.md'],
];

export function outputFile(model: string): string {
  return `outputs/${fileName(model)}.md`;
}

/** All files that a pass of a bundle may have, relative to its folder. */
export function filesOfPass(models: readonly string[]): string[] {
  return [...DECIDING_FILES, ...READ_FILES, ...models.map(outputFile)];
}

/** Paths of the repository and hunks are exact: of picks, only the reasons are prose. */
const EXACT = new Set(['path', 'path_base64', 'old_path', 'moved_to', 'from', 'ids', 'decision']);

export interface CollectedResults {
  /** Texts by their paths in the bundle. */
  texts: Map<string, string>;
  /** What was left out, and why. */
  leftOut: string[];
}

/** Reads what a session has of its passes, its task and its summary. */
export async function collectResults(
  session: Session,
  summary: string,
  places: readonly HiddenPlace[],
): Promise<CollectedResults> {
  const secrets = await secretsOf(session);
  const change = (text: string) => maskText(hidePlaces(text, places), secrets);
  const texts = new Map([[SUMMARY_FILE, change(summary)]]);
  const leftOut: string[] = [];
  // The summary and the facts have their place.
  let room = MOST_BYTES_OF_ALL - MOST_BYTES;
  for (const name of filesOf(session)) {
    const file = join(session.directory, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const text = size > MOST_BYTES ? null : await readTextOrNull(file);
    const shown = text === null ? null : shownText(name, text, change);
    const bytes = Buffer.byteLength(shown ?? '');
    const fits = shown !== null && bytes <= Math.min(MOST_BYTES, room);
    if (fits) {
      texts.set(name, shown);
      room -= bytes;
    } else if (size > 0) leftOut.push(name);
  }
  return { texts, leftOut };
}

function filesOf({ data }: Session): string[] {
  const files = filesOfPass(data.models.map(({ model }) => model));
  const passes = Array.from({ length: data.current_pass }, (_, index) => passName(index + 1));
  return [TASK_FILE, ...passes.flatMap((pass) => files.map((file) => `${pass}/${file}`))];
}

/** Null for what should be JSON and is not. */
function shownText(name: string, text: string, change: (text: string) => string): string | null {
  if (!name.endsWith('.json')) return change(text);
  try {
    return `${JSON.stringify(changeTexts(JSON.parse(text), change, EXACT), null, 2)}\n`;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
