/** Which ignored files of the main tree a gate asked for in a worktree, by what its log says of missing things. */
import { basename, extname } from 'node:path';
import { plainText } from './runners/plain-text.ts';

/** What programs say of a file that is not there, in many words. */
const MISSING =
  /not found|no (?:such|matching)|not exist|cannot (?:find|open|read|load|import|access|resolve)|can['’]t (?:find|open|resolve)|could ?n[o’']t|could not|unable to|failed to (?:load|resolve|open|read|import|find)|missing|ENOENT|No module|unresolved|undeclared/i;

/** Lines of a message that begin with such a word. */
const LINES_AFTER = 2;

const LONGEST_LINE = 2000;

/**
 * @param log of a gate in a worktree, whose top is `.` in it
 * @param inMain that of the same gate in the main tree, likewise; null: it did not run there
 * @param ignored paths of the main tree that worktrees do not have
 */
export function lackedFiles(
  log: string,
  inMain: string | null,
  ignored: readonly string[],
): string[] {
  const lines = linesOfMissing(log);
  const there = new Set(linesOfMissing(inMain ?? ''));
  const own = lines.filter((line) => !there.has(line));
  return ignored.filter((path) => own.some((line) => speaksOf(line, path)));
}

function linesOfMissing(log: string): string[] {
  const lines = plainText(log).split('\n');
  return lines.filter((line, at) => {
    const before = lines.slice(Math.max(0, at - LINES_AFTER), at + 1);
    // Places in packages have names of folders that many projects ignore.
    return (
      line.length <= LONGEST_LINE &&
      !/node_modules|site-packages/.test(line) &&
      before.some((it) => MISSING.test(it))
    );
  });
}

/** By its path; relative to another file; or, of a file, by its name alone, as languages name modules. */
function speaksOf(line: string, path: string): boolean {
  const name = basename(path);
  const stem =
    name.length > extname(name).length ? name.slice(0, -extname(name).length || undefined) : name;
  const dotted = path.replace(/\.\w+$/, '').split('/');
  return (
    isIn(line, String.raw`(?:^|[\s'"\`(=:,])(?:\.{1,2}/)*`, path) ||
    isIn(line, String.raw`\.{1,2}/(?:[\w@.-]+/)*`, name) ||
    isIn(line, String.raw`\.{1,2}/(?:[\w@.-]+/)*`, stem) ||
    (name.includes('.') && name.length > 4 && isIn(line, String.raw`[\s'"\`(/<]`, name)) ||
    isIn(line, String.raw`['"\s]`, dotted.join('.')) ||
    isIn(line, String.raw`['"\s]`, dotted.slice(-2).join('.')) ||
    (/No module named|cannot import name/.test(line) && isIn(line, `['".]`, stem))
  );
}

function isIn(line: string, before: string, text: string): boolean {
  const literal = text.replaceAll(/[\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(String.raw`${before}${literal}(?![\w-])`).test(line);
}
