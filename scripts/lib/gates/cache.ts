import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { copyFile, mkdir, rename, rm, writeFile } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import type { Gate } from './gate.ts';
import { outcomesSchema } from './runners/outcomes.ts';
import { describePrograms } from './surroundings.ts';

/** What stays true of a gate on a tree. A time-out or an error says more about the machine: neither is kept. */
const cachedResultSchema = z.object({
  status: z.enum(['pass', 'fail', 'not-run']),
  exit_code: z.number().int().nullable(),
  duration_ms: z.number().int(),
  log: z.string(),
  tail: z.string(),
  tests: z.object({ ran: z.number().int(), failed: z.number().int() }).nullable(),
  outcomes: outcomesSchema.nullable(),
  cannot_load: z.boolean(),
  changed_files: z.array(z.string()),
});

export type CachedResult = z.output<typeof cachedResultSchema>;

export interface GateCache {
  /** Null: never run, or its log is gone. */
  read(key: string): Promise<CachedResult | null>;
  write(key: string, result: CachedResult): Promise<void>;
}

/** The results of gates on one tree in one place. */
export interface GateMemory {
  read(gate: Gate): Promise<CachedResult | null>;
  write(gate: Gate, result: CachedResult): Promise<void>;
}

/** @param surroundings what was provided beside the tree (surroundings.ts) */
export function memoryOf(cache: GateCache, tree: string, surroundings: string): GateMemory {
  const keyOf = (gate: Gate) => gateCacheKey({ tree, gate, surroundings });
  return {
    read: (gate) => cache.read(keyOf(gate)),
    write: (gate, result) => cache.write(keyOf(gate), result),
  };
}

/** The same key means: the same command on the same content with the same tools gives the same answer. */
export function gateCacheKey({
  tree,
  gate,
  surroundings,
}: {
  tree: string;
  gate: Gate;
  surroundings: string;
}): string {
  const facts = {
    tree,
    surroundings,
    programs: describePrograms(gate.command),
    command: gate.command,
    cwd: gate.cwd,
    kind: gate.kind,
    platform: process.platform,
    arch: process.arch,
    node: process.version,
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** One file a result. Entries that cannot be understood are misses: a cache must never be what fails. */
export function fileGateCache(directory: string): GateCache {
  const fileOf = (key: string) => join(directory, `${key}.json`);
  return {
    async read(key) {
      const result = parseEntry(await readIfThere(fileOf(key)));
      return result !== null && (await isThere(result.log)) ? result : null;
    },
    async write(key, result) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const draft = `${fileOf(key)}.${randomUUID()}`;
      // A log of its own: the run's is overwritten when the same gate runs on another tree.
      const log = join(directory, `${key}.log`);
      try {
        await copyFile(result.log, draft, constants.COPYFILE_FICLONE);
        await rename(draft, log);
        const entry = cachedResultSchema.parse({ ...result, log });
        await writeFile(draft, JSON.stringify(entry), { mode: 0o600 });
        await rename(draft, fileOf(key));
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

function parseEntry(text: string | null): CachedResult | null {
  if (text === null) return null;
  try {
    return cachedResultSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
