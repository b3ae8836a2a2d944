/** Where words stand in a tree. */
import { git } from './git.ts';
import { bytesOf, type RawPath } from './paths.ts';

/**
 * The paths that hold each of these words, as whole words, by one git process.
 * @param words bytes, of which letters, digits, `_` and `$` are expected
 */
export async function findWords(
  directory: string,
  tree: string,
  words: readonly string[],
): Promise<Map<string, Set<RawPath>>> {
  const found = new Map<string, Set<RawPath>>();
  if (words.length === 0) return found;
  const pattern = words.map((word) => word.replaceAll(/[^\w\x80-\xff]/g, '\\$&')).join('|');
  // One pattern with alternatives: git tries several patterns one after the other. Nothing is fetched for a guess.
  const { stdout } = await git(
    directory,
    ['grep', '--null', '--only-matching', '-I', '-w', '-E', '-f', '-', tree],
    { input: bytesOf(`${pattern}\n`), env: { GIT_NO_LAZY_FETCH: '1' }, answers: [0, 1] },
  );
  const text = stdout.toString('latin1');
  for (let at = 0; at < text.length; ) {
    const [name, end] = [text.indexOf('\0', at), text.indexOf('\n', text.indexOf('\0', at))];
    const [path, word] = [text.slice(at + tree.length + 1, name), text.slice(name + 1, end)];
    found.set(word, (found.get(word) ?? new Set<RawPath>()).add(path));
    at = end + 1;
  }
  return found;
}
