/** Scripts, targets and recipes that a file runs. */
import { type Runner, runnerOf } from './defined-tasks.ts';
import { type Answer, type CheckedFile, type Need, NO, type Trees, UNKNOWN, yes } from './need.ts';
import { isCode } from './path-mentions.ts';
import { scriptCalls } from './script-calls.ts';
import { quoted } from './shown.ts';
import { foldersAbove, type SourceTree } from './source-tree.ts';

/** What people run by hand, at most. */
const DOCUMENT = /\.(md|mdx|markdown|rst|adoc|txt)$/i;

export function scriptNeeds(file: CheckedFile, text: string, trees: Trees): Need[] {
  const files = trees.taskFiles;
  // Where no model changed what is defined, all trees define the same.
  if (files.length === 0) return [];
  const severity = DOCUMENT.test(file.path) ? 'note' : isCode(file.path) ? 'likely' : 'breaks';
  return scriptCalls(text).map(({ runner, name, written }) => ({
    needs: 'script',
    name: () => name,
    phrase: `runs ${quoted(written)}`,
    together: null,
    verb: ['defines', 'define'],
    severity,
    // What is written for people may speak of what was, or of other projects.
    isOwn: severity !== 'breaks',
    after: null,
    answer: (tree) => defines(tree, taskFiles(tree, file.path, files, runner), name),
  }));
}

/** Those around the file, and all that models changed: a command may change its folder first. */
function taskFiles(
  tree: SourceTree,
  path: string,
  changed: readonly string[],
  runner: Runner,
): string[] {
  const around = foldersAbove(path).flatMap((folder) => tree.filesIn(folder));
  const all = [...new Set([...around, ...changed.filter((one) => tree.has(one))])];
  return all.filter((one) => runnerOf(one) === runner);
}

function defines(tree: SourceTree, files: readonly string[], name: string): Answer {
  const tasks = files.map((path) => ({ path, names: tree.tasksOf(path) }));
  const having = tasks.filter(({ names }) => names?.has(name));
  if (having.length > 0) return yes(having.map(({ path }) => path));
  return tasks.some(({ names }) => names === null) ? UNKNOWN : NO;
}
