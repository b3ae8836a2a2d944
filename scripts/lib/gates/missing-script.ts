/** Scripts that are run though no package.json has them: red on base and for everybody. Only what is certain counts. */
import { scriptRun, scriptsOfList, splitChain, withoutRunner } from './commands.ts';
import type { Project } from './project.ts';

type Scripts = Pick<Project, 'scripts' | 'manager' | 'packages'>;

/** The first script without a body that a script comes to, in it, in those that it runs, and in what npm runs around them. */
export function missingBehind(name: string, project: Scripts): string | null {
  const seen = new Set<string>();
  const visit = (script: string): string | null => {
    if (seen.has(script)) return null;
    seen.add(script);
    // Which of the others run hooks differs by version and setting.
    const bodies = project.manager === 'npm' ? [`pre${script}`, script, `post${script}`] : [script];
    for (const body of bodies)
      for (const part of partsHere(project.scripts.get(body) ?? ''))
        for (const called of calledBy(part, project)) {
          const missing = project.scripts.has(called) ? visit(called) : called;
          if (missing !== null) return missing;
        }
    return null;
  };
  return visit(name);
}

/** The first script that a command of a document runs and package.json does not have. */
export function missingIn(command: string, project: Scripts): string | null {
  return calledBy(command, project).find((script) => !project.scripts.has(script)) ?? null;
}

/** The parts of a chain up to the first that goes elsewhere; none where the shell decides what counts. */
function partsHere(body: string): string[] {
  const parts = splitChain(body) ?? [];
  const leaves = parts.findIndex((part) => /^(cd|pushd)\b/.test(part));
  return leaves < 0 ? parts : parts.slice(0, leaves);
}

/** What it runs must be a script: `yarn jest` may be a program, `--workspace` is about another package. */
function calledBy(command: string, project: Scripts): string[] {
  const [own = ''] = withoutRunner(command).split(' -- ');
  const [program = '', ...words] = own
    .split(' ')
    .filter((word) => word !== '--silent' && word !== '-s');
  if (/^(run-s|run-p|npm-run-all2?)$/.test(program)) return listed(words, project);
  const run = words.some((word) => word.startsWith('-')) ? null : scriptRun(own, project.scripts);
  if (run === null || !isPlain(run.script)) return [];
  return program === 'npm' || program === 'pnpm' || !mayBeElsewhere(run.script, project)
    ? [run.script]
    : [];
}

function listed(words: readonly string[], { scripts }: Scripts): string[] {
  const patterns = words
    .map((word) => word.replaceAll(/["']/g, ''))
    // What stands behind an option may be its value.
    .filter((word, at) => isPlain(word.replace(/\*$/, '')) && !words[at - 1]?.startsWith('-'));
  return patterns.flatMap((word) => scriptsOfList(`run-s ${word}`, scripts) ?? [word]);
}

/** No pattern, and none of those that npm has an own idea of. */
function isPlain(name: string): boolean {
  return /^\w[\w:.-]*$/.test(name) && !/^(start|restart|env)$/.test(name);
}

/** yarn and bun run programs by the same word, but none has a colon; yarn finds what has one in all packages. */
function mayBeElsewhere(name: string, { packages }: Scripts): boolean {
  return !name.includes(':') || [...packages.values()].some((scripts) => scripts.has(name));
}
