/** Secrets that lie in files which were copied into worktrees: masked in what we write, and looked for in captures. */
import { createReadStream, lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open, rename, rm } from './disk.ts';

export interface Secret {
  /** What it is called where it was found: `.env: API_KEY`. */
  name: string;
  value: string;
}

/** Larger files are data; keys and settings are small. */
const MOST_BYTES = 256 * 1024;

/** Shorter values stand everywhere: to mask them would make text unreadable and hide nothing. */
const SHORTEST = { named: 6, unnamed: 12 } as const;

/** A name that says that its value is a secret. */
const SECRET_NAME =
  /pass(word|wd|phrase)?|pwd|secret|token|api_?-?key|private|credential|auth|session|cookie|salt|signing|_key$|^key$|dsn|webhook/i;

/** `KEY=value`, `export KEY="value"`, `key: value`, `"key": "value",` */
const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?["']?([\w.-]{1,100})["']?[ \t]*[=:][ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|`([^`]*)`|(.*?))[ \t]*,?[ \t]*(?:#.*)?$/;

/**
 * The secrets in some text of settings: values whose name says so, or that look random. Settings that everybody may
 * know (`production`, `3000`, `http://localhost:3000`) are none, or every log would be full of masks.
 */
export function secretsIn(text: string, file: string): Secret[] {
  const found = new Map<string, Secret>();
  const add = (name: string, value: string) => {
    if (!found.has(value)) found.set(value, { name: `${file}: ${name}`, value });
  };
  for (const line of text.split(/\r?\n/)) {
    // The lines of a key in PEM form.
    if (/^[A-Za-z0-9+/]{40,}={0,2}$/.test(line)) add('key', line);
    const [, name = '', double, single, back, plain] = ASSIGNMENT.exec(line.slice(0, 8192)) ?? [];
    const value = double?.replaceAll(/\\(.)/g, '$1') ?? single ?? back ?? plain ?? '';
    if (name !== '' && isSecret(name, value)) add(name, value);
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:([^\s/@]{6,})@/i.exec(value)?.[1];
    if (password !== undefined) add(name, password);
  }
  return [...found.values()];
}

function isSecret(name: string, value: string): boolean {
  if (/^(true|false|null|none|undefined|[\d.:]+)$/i.test(value)) return false;
  if (/^([./~]|[a-z][a-z0-9+.-]*:\/\/[^@]*$)/i.test(value)) return false;
  if (SECRET_NAME.test(name)) return value.length >= SHORTEST.named;
  return value.length >= SHORTEST.unnamed && looksRandom(value);
}

/** Letters and digits mixed, no words: `sk-proj-9f8a...`, not `my-project-name`. */
function looksRandom(value: string): boolean {
  return (
    !/\s/.test(value) && /\d/.test(value) && /[a-z]/i.test(value) && /[\w+/=-]{12,}/.test(value)
  );
}

/**
 * The secrets of all files that are named, read where they lie now. What cannot be read holds none that could have been
 * copied.
 * @param paths relative to the directory; folders are left out: they are data, not settings
 */
export async function readSecrets(directory: string, paths: readonly string[]): Promise<Secret[]> {
  const all: Secret[] = [];
  for (const path of paths) {
    const file = join(directory, path);
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || found.size > MOST_BYTES) continue;
    all.push(...secretsIn(await readFile(file, 'utf8').catch(() => ''), path));
  }
  const known = new Map(all.map((secret) => [secret.value, secret]));
  // The longest first: one may contain another.
  return [...known.values()].sort((a, b) => b.value.length - a.value.length);
}

const MASK = '[masked]';

export function maskText(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, { value }) => rest.replaceAll(value, MASK), text);
}

/** The same data with secrets masked in every text of it. */
export function maskTexts<Data>(data: Data, secrets: readonly Secret[]): Data {
  if (secrets.length === 0) return data;
  const masked = (value: unknown): unknown => {
    if (typeof value === 'string') return maskText(value, secrets);
    if (Array.isArray(value)) return value.map(masked);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
  };
  return masked(data) as Data;
}

/** The secrets that some bytes contain. */
export function secretsFoundIn(bytes: Buffer, secrets: readonly Secret[]): Secret[] {
  return secrets.filter(({ value }) => bytes.includes(value));
}

/**
 * Masks secrets in a file, which may have 200 MB. One without any is left alone; one with some is replaced whole.
 * @returns whether there were any
 */
export async function maskFile(path: string, secrets: readonly Secret[]): Promise<boolean> {
  if (secrets.length === 0 || !(await containsAny(path, secrets))) return false;
  const draft = `${path}.masking`;
  // Latin-1 keeps every byte: a log need not be text.
  const values = secrets.map(({ name, value }) => ({
    name,
    value: Buffer.from(value, 'utf8').toString('latin1'),
  }));
  try {
    await using file = await open(draft, 'w', 0o600);
    for await (const chunk of chunks(path, secrets))
      await file.writeFile(maskText(chunk.toString('latin1'), values), 'latin1');
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return true;
}

async function containsAny(path: string, secrets: readonly Secret[]): Promise<boolean> {
  for await (const chunk of chunks(path, secrets)) {
    if (secrets.some(({ value }) => chunk.includes(value))) return true;
  }
  return false;
}

/** A file in pieces none of which ends inside of a secret. */
async function* chunks(path: string, secrets: readonly Secret[]): AsyncGenerator<Buffer> {
  const longest = Math.max(...secrets.map(({ value }) => Buffer.byteLength(value)));
  let kept: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: 1024 ** 2 })) {
    const whole = Buffer.concat([kept, piece as Buffer]);
    const end = safeEnd(whole, secrets, Math.max(0, whole.length - longest + 1));
    yield whole.subarray(0, end);
    kept = whole.subarray(end);
  }
  yield kept;
}

/** No secret lies across the cut: one that would is kept whole for the next piece. */
function safeEnd(bytes: Buffer, secrets: readonly Secret[], wanted: number): number {
  let end = wanted;
  for (let moved = true; moved; ) {
    moved = false;
    for (const { value } of secrets) {
      const from = Math.max(0, end - Buffer.byteLength(value) + 1);
      const at = bytes.indexOf(value, from);
      if (at >= 0 && at < end && at + Buffer.byteLength(value) > end) {
        end = at;
        moved = true;
      }
    }
  }
  return end;
}
