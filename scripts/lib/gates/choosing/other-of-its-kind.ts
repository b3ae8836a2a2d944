import { withoutRunner } from '../commands.ts';
import type { Candidate } from '../project.ts';
import { type Around, commandsOf, reasons } from './rule.ts';

/** Where CI or AGENTS.md runs something of a kind, that is what the project calls proved. */
export function otherOfItsKind(
  candidates: readonly Candidate[],
  { identify, run, project }: Around,
): ReadonlyMap<Candidate, string> {
  const area = (cwd: string) => (project.packages.has(cwd) ? '.' : cwd);
  const isSaid = (one: Candidate) => run.has(identify(one));
  return reasons(candidates, (one) => {
    if (one.assumed || one.kind === 'other' || isSaid(one)) return null;
    const other = candidates.find(
      (it) =>
        it.kind === one.kind &&
        area(it.cwd) === area(one.cwd) &&
        isSaid(it) &&
        (!isMain(one) || worksAlike(one, it)),
    );
    return other && `${run.get(identify(other))} runs \`${other.command}\` for this`;
  });
}

/** `test` itself: CI may run it in other words than ours, and something small of its kind beside it. */
function isMain({ name, kind }: Candidate): boolean {
  return name === MAIN_NAME[kind];
}

const MAIN_NAME: Record<Candidate['kind'], string> = {
  formatter: 'format',
  linter: 'lint',
  typecheck: 'typecheck',
  test: 'test',
  build: 'build',
  other: 'check',
};

/** One chains or wraps the other, or both run the same program. */
function worksAlike(one: Candidate, other: Candidate): boolean {
  const [ours, theirs] = [commandsOf(one), commandsOf(other)];
  const contains = (all: readonly string[], command: string) =>
    all.some((it) => ` ${it} `.includes(` ${command} `));
  if (contains(ours, other.command) || contains(theirs, one.command)) return true;
  const programs = one.runs.map((command) => programWithin(command));
  return programs.some((it) => it !== '' && theirs.some((their) => programWithin(their) === it));
}

function programWithin(command: string): string {
  const [program = ''] = withoutPython(withoutRunner(command)).split(' ');
  return /^(npm|pnpm|yarn|bun|node|make|just|task|sh|bash|cd|echo)$/.test(program) ? '' : program;
}

function withoutPython(command: string): string {
  return command.replace(/^python[\d.]* -m /, '');
}
