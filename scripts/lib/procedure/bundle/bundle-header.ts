/** The head of a git bundle, read by ourselves: git would make or print whatever a hostile one holds (gitformat-bundle). */
import { open, stat } from 'node:fs/promises';
import { messageOf, UsageError } from '../../errors.ts';
import type { Ref } from '../../git/refs.ts';
import { badBundle } from './bundle-errors.ts';

export interface BundleHeader {
  /** Of how many digits its object ids are. */
  digits: 40 | 64;
  /** The commits that it builds on. */
  prerequisites: string[];
  refs: Ref[];
}

/** Ours have some hundred lines at most. */
const MOST_BYTES = 256 * 1024;
const MOST_PREREQUISITES = 16;
const MOST_REFS = 1000;

/** What keeps a bundle from being read, in words. */
export class HeaderProblem extends Error {}

/**
 * Reads the beginning of a bundle.
 * @throws HeaderProblem
 */
export function parseBundleHeader(bytes: Buffer): BundleHeader {
  const end = bytes.indexOf('\n\n');
  const lines = bytes.toString('utf8', 0, end < 0 ? bytes.length : end).split('\n');
  const [signature = '', ...rest] = lines;
  if (!/^# v[23] git bundle$/.test(signature)) throw new HeaderProblem('it is no git bundle');
  if (end < 0) throw new HeaderProblem('its list of refs is cut short, or far too long');
  const capabilities = rest.filter((line) => line.startsWith('@'));
  const digits = capabilities.includes('@object-format=sha256') ? 64 : 40;
  const unknown = capabilities.find((line) => !/^@object-format=sha(1|256)$/.test(line));
  if (unknown !== undefined) {
    throw new HeaderProblem(`it asks for something unknown (${unknown.slice(0, 100)})`);
  }
  const others = rest.filter((line) => !line.startsWith('@'));
  const prerequisites = others.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
  const refs = others.filter((line) => !line.startsWith('-')).map(parseRef);
  if (prerequisites.length > MOST_PREREQUISITES || refs.length > MOST_REFS) {
    throw new HeaderProblem(`it holds ${refs.length} refs and builds on ${prerequisites.length}`);
  }
  const oids = prerequisites.map((line) => line.split(' ', 1)[0] ?? '');
  if (![...oids, ...refs.map(({ oid }) => oid)].every((oid) => isOid(oid, digits))) {
    throw new HeaderProblem('it names something that is no object id');
  }
  return { digits, prerequisites: [...new Set(oids)], refs };
}

function parseRef(line: string): Ref {
  const at = line.indexOf(' ');
  return { oid: line.slice(0, at), name: line.slice(at + 1) };
}

function isOid(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-f]+$/.test(text);
}

/**
 * The head of a bundle file.
 * @throws UsageError `unreadable-file`, `bad-bundle`
 */
export async function readBundleHeader(file: string): Promise<BundleHeader> {
  const bytes = await readBeginning(file);
  try {
    return parseBundleHeader(bytes);
  } catch (error) {
    if (error instanceof HeaderProblem) throw badBundle(file, error.message);
    throw error;
  }
}

async function readBeginning(file: string): Promise<Buffer> {
  try {
    // A fifo would be waited for.
    if (!(await stat(file)).isFile()) throw badBundle(file, 'it is no file');
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError({
      code: 'unreadable-file',
      message: `The bundle could not be read from ${file}: ${messageOf(error)}.`,
      hint: 'Check the path (it is taken from the current directory).',
      details: { file },
    });
  }
}
