import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { mkdir, open, rename, rm } from '../disk.ts';
import { Failure, messageOf, systemErrorCode } from '../errors.ts';
import { faultPoint } from '../fault-points.ts';

/** Replaces a file whole: readers see the old content or the new, also after a crash. */
export async function replaceFile(
  path: string,
  content: string | Buffer | Iterable<string>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', 0o600);
    try {
      faultPoint(`write ${temporary}`);
      const pieces = typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content;
      for (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

export async function replaceJson(path: string, value: unknown): Promise<void> {
  await replaceFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** None of that name, none below what is no folder, none of so long a name. */
const NO_FILE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** The file's text, or null when there is none. */
export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (NO_FILE.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

/**
 * A JSON file of ours, checked; null when there is none.
 * @throws Failure `damaged-file` when it is no JSON or does not fit its schema
 */
export async function readJsonOrNull<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const text = await readTextOrNull(path);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Failure({
      code: 'damaged-file',
      message: `${path} cannot be read: ${inOneLine(error).slice(0, 300)}`,
      hint: 'It was changed by something else, or written by another version. The refs under refs/mm/ still hold all captures.',
      details: { file: path },
    });
  }
}

function inOneLine(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

/** What a full or read-only disk, or a missing permission, means for the user. */
export function cannotWrite(path: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  return new Failure({
    code: 'cannot-write',
    message: `${path} could not be written (${code}).`,
    hint: 'Check free space and permissions there, or choose another place with AI_AIP_ROOT, and run the same command again.',
    details: { path, system_code: code },
  });
}
