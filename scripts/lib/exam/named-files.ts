/** Files that the gates' commands name: programs that run the checks, and tests that no name would tell. */
import { isTest } from './roles.ts';

export interface NamedFiles {
  /** `node tools/prove.mjs`: a program that runs the checks. */
  isRunner: (path: string) => boolean;
  /** `mocha checks/`, `tape 'checks/*.js'`: what a test runner is given. */
  isTest: (path: string) => boolean;
}

/** Programs that are given a program, where they are not told to look for tests. */
const INTERPRETER = /^(node|deno|bun|tsx|ts-node|python3?|ruby|perl|php|sh|bash)$/;
/** Options whose value is a path, and no test. */
const OPTION_WITH_PATH =
  /^(--?(include|exclude|config|require|import|loader|project|reporter|ignore|rootdir|cov)|-[cprn])$/;

/** @param commands of test gates, with the bodies of the scripts that they run */
export function namedFiles(commands: readonly string[]): NamedFiles {
  const runners = new Set<string>();
  const patterns: string[] = [];
  for (const part of commands.flatMap((command) => command.split(/&&|\|\||[;|\n]/))) {
    const [program = '', ...words] = part.trim().split(/\s+/).map(unquoted);
    const isLooking = words.some((word) => /^(--test|test|-m)$/.test(word));
    for (const [at, word] of words.entries()) {
      const isPath = /^[\w./*{},@-]*[./*][\w./*{},@-]*$/.test(word) && !word.startsWith('-');
      if (!isPath || OPTION_WITH_PATH.test(words[at - 1] ?? '')) continue;
      if (INTERPRETER.test(program) && !isLooking) runners.add(word.replace(/^\.\//, ''));
      else patterns.push(word.replace(/^\.\//, ''));
    }
    if (/\.\w+$/.test(program)) runners.add(program.replace(/^\.\//, ''));
  }
  return {
    isRunner: (path) => runners.has(path) && !isTest(path),
    isTest: (path) => patterns.some((pattern) => fits(path, pattern)),
  };
}

function unquoted(word: string): string {
  return word.replaceAll(/["']/g, '');
}

/** A path, a folder, or a glob by what stands before its first and behind its last wildcard. */
function fits(path: string, pattern: string): boolean {
  const folder = pattern.replace(/[^/]*[*{].*$/, '').replace(/\/?$/, '/');
  if (!/[*{]/.test(pattern)) return path === pattern || path.startsWith(folder);
  const ending = /[^*/}]*$/.exec(pattern)?.[0] ?? '';
  // `src/**/*.js` is all there is, `src/**/*.check.js` is not.
  const isTelling = folder !== '/' && !/^(src|lib|packages|app)\//.test(folder);
  if (!isTelling && !/\w+\.\w+$/.test(ending)) return false;
  return (folder === '/' || path.startsWith(folder)) && path.endsWith(ending);
}
