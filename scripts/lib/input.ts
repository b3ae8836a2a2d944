import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { messageOf, UsageError } from './errors.ts';

/**
 * The text that an option pair gives: `--NAME-text TEXT` as it is, or `--NAME FILE` with `-` for stdin. Null when neither
 * was given.
 * @throws UsageError when both are given, the file cannot be read, or stdin is a terminal
 */
export async function readInput(
  option: string,
  { text, file }: { text?: string | undefined; file?: string | undefined },
): Promise<string | null> {
  if (text !== undefined && file !== undefined) {
    throw new UsageError({
      code: 'two-inputs',
      message: `The ${option} was given twice, as text and as a file.`,
      hint: 'Give one of them.',
    });
  }
  if (text !== undefined) return text;
  if (file === undefined) return null;
  if (file === '-') return readStdin(option);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError({
      code: 'unreadable-file',
      message: `The ${option} could not be read from ${file}: ${messageOf(error)}.`,
      hint: 'Check the path (it is taken from the current directory), or give "-" to read stdin.',
      details: { file },
    });
  }
}

async function readStdin(option: string): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UsageError({
      code: 'stdin-is-a-terminal',
      message: `The ${option} was to come from stdin, but nothing is piped into it.`,
      hint: `Pipe a file into it, or name the file.`,
    });
  }
  return readStream(process.stdin);
}
