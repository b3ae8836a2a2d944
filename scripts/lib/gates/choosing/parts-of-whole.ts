/** `xo && build && ava`: offered in its parts, so that a red linter does not hide that no test ran. */
import { kebab, withoutRunner } from '../commands.ts';
import { type GateKind, kindOf } from '../gate-kind.ts';
import type { Candidate, Project } from '../project.ts';
import type { Around } from './rule.ts';

const CHECKS: readonly GateKind[] = ['formatter', 'linter', 'typecheck', 'test'];

/** What a shell, or the system, has by itself; other programs of a script are the project's own packages. */
const OF_THE_SYSTEM =
  /^(npm|npx|pnpm|yarn|bun|bunx|node|deno|make|just|task|sh|bash|cd|rm|mkdir|cp|mv|echo|test|true|git|python[\d.]*|pip|go|cargo|composer|php|mvn|gradle|dotnet|\S*\/\S*)$/;

/**
 * The parts of a gate in its place where they are of several kinds; what is a gate already stays that one. What a test needs
 * to be built stays in front of it.
 */
export function inParts(
  whole: Candidate,
  chosen: readonly Candidate[],
  { identify, project }: Around,
): Candidate[] {
  const { runs, cwd } = whole;
  if (!isOfSeveralKinds(whole, project)) return [whole];
  const kinds = runs.map((command) => kindOf('', command));
  const known = new Set(chosen.flatMap((one) => (one === whole ? [] : identify(one))));
  const parts: Candidate[] = [];
  let before: string[] = [];
  for (const [at, run] of runs.entries()) {
    const kind = kinds[at] ?? 'other';
    const command = withRunner(run, project);
    if (!CHECKS.includes(kind)) before.push(command);
    else if (!known.has(identify({ command: run, cwd }))) {
      const isTest = kind === 'test';
      const name = kind === whole.kind ? whole.name : kebab(`${whole.name} ${programOf(run)}`);
      const chain = isTest ? [...before, command] : [command];
      if (isTest) before = [];
      parts.push({ ...whole, name, kind, command: chain.join(' && '), runs: [run] });
    }
  }
  if (before.length > 0) {
    const command = before.join(' && ');
    parts.push({
      ...whole,
      name: kebab(`${whole.name} rest`),
      kind: kindOf('', command),
      command,
      runs: before,
    });
  }
  return parts.map((part) => ({ ...part, source: `${whole.source}, a part of it` }));
}

/** Whether it chains checks of several kinds, of which a red one hides the others. */
export function isOfSeveralKinds(whole: Candidate, project: Project): boolean {
  const checks = whole.runs.map((run) => kindOf('', run)).filter((kind) => CHECKS.includes(kind));
  return new Set(checks).size > 1 && !hasHooks(whole, project);
}

/** What npm runs around a script has its place before and after all of it. */
function hasHooks({ command }: Candidate, { scripts }: Project): boolean {
  const script = withoutRunner(command).split(' ').at(-1) ?? '';
  return scripts.has(`pre${script}`) || scripts.has(`post${script}`);
}

function programOf(command: string): string {
  return withoutRunner(command).split(' ')[0] ?? '';
}

/** Inside of a script the project's own programs are on PATH. */
function withRunner(command: string, { manager }: Project): string {
  const plain = command.replace(/^(?:\w+=\S*\s+)+/, '');
  const isOwn = plain === command && !OF_THE_SYSTEM.test(command.split(/\s/)[0] ?? '');
  const runner = {
    npm: 'npx --no-install',
    pnpm: 'pnpm exec',
    yarn: 'yarn run',
    bun: 'bunx --no-install',
  };
  return isOwn ? `${runner[manager]} ${command}` : command;
}
