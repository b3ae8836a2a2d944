/** Which candidates are no gates beside the others, each rule for itself, and why: what is said to the user. */
import { scriptReference, withoutRunner } from '../commands.ts';
import { wordsOf } from '../gate-kind.ts';
import type { Candidate, Project } from '../project.ts';
import type { Identities } from './identity.ts';

export interface Around extends Identities {
  project: Project;
  /** By identity: where it is said that the project's CI, or whoever follows its AGENTS.md, runs it. */
  run: ReadonlyMap<string, string>;
  /** The names of the commands that are written there. */
  said: ReadonlySet<string>;
}

/** What is left out, with the reason. */
export type Rule = (
  candidates: readonly Candidate[],
  around: Around,
) => ReadonlyMap<Candidate, string>;

export const RULES: readonly Rule[] = [
  refused,
  sameCommand,
  wantsSurroundings,
  habit,
  otherOfItsKind,
  wholeOrParts,
  sameProgram,
  wholeScript,
];

function refused(candidates: readonly Candidate[]): ReadonlyMap<Candidate, string> {
  return new Map(candidates.flatMap((one) => (one.refused ? [[one, one.refused]] : [])));
}

/** Of commands that come down to the same: the one that CI runs, else the one that is written down first. */
export function sameCommand(
  candidates: readonly Candidate[],
  { identify, nameOf, said }: Around,
): ReadonlyMap<Candidate, string> {
  return reasons(candidates, (one) => {
    const all = candidates.filter((other) => identify(other) === identify(one));
    const written = all.filter((other) => !other.isRun && !other.assumed);
    const kept = written.find((other) => said.has(nameOf(other))) ?? written[0] ?? all[0];
    return kept === undefined || kept === one ? null : `it is the same as \`${kept.command}\``;
  });
}

const WANTS_SURROUNDINGS = new Set(
  'integration integ e2e acceptance cypress playwright'.split(' '),
);

/** Suites that need browsers, servers or the cloud, unless CI shows that they can be had. */
function wantsSurroundings(
  candidates: readonly Candidate[],
  { identify, run }: Around,
): ReadonlyMap<Candidate, string> {
  const isOptional = (one: Candidate) => !one.assumed && !run.has(identify(one));
  const suites = reasons(candidates, (one) =>
    isOptional(one) && isSuite(one)
      ? "it is an integration or e2e suite, and the project's CI does not run it"
      : null,
  );
  const outside = new Map([...suites.keys()].map((one) => [identify(one), one.command]));
  const wholes = reasons(candidates, (one) => {
    const parts = one.runs.map((command) => identify({ command, cwd: one.cwd }));
    const part = parts.find((it) => outside.has(it));
    const hasOther = candidates.some(
      (other) => parts.includes(identify(other)) && !outside.has(identify(other)),
    );
    return part !== undefined && hasOther && isOptional(one)
      ? `it runs \`${outside.get(part)}\`, which is left out`
      : null;
  });
  return new Map([...wholes, ...suites]);
}

function isSuite({ name, runs }: Candidate): boolean {
  const isSaid = wordsOf(name).some((word) => WANTS_SURROUNDINGS.has(word));
  const runsIt = runs.some((command) =>
    /^(playwright test|cypress run)\b/.test(withoutRunner(command)),
  );
  return isSaid || (runsIt && name !== 'test');
}

/** What follows from the language gives way to what the project wrote down for the same program. */
function habit(candidates: readonly Candidate[]): ReadonlyMap<Candidate, string> {
  return reasons(candidates, (one) => {
    if (!one.assumed) return null;
    const other = candidates.find(
      (it) => it !== one && (mentions(it, one) || runsWithin(it, one.command)),
    );
    return other === undefined ? null : `\`${other.command}\` runs the same program`;
  });
}

function mentions(other: Candidate, { command }: Candidate): boolean {
  if (other.assumed) return false;
  const [program = '', second = ''] = withoutRunner(command).split(' ');
  const words = /^[a-z]+$/.test(second) ? `${program} ${second}` : program;
  const isRunner = words === 'go test' ? /\bgotestsum\b/ : null;
  return commandsOf(other).some((it) => ` ${it} `.includes(` ${words} `) || isRunner?.test(it));
}

/** tox makes environments of its own, for every version of Python, to run the same tests in. */
function runsWithin(other: Candidate, command: string): boolean {
  return command === 'tox' && commandsOf(other).some((it) => /\bpytest\b/.test(it));
}

function commandsOf({ command, runs }: Candidate): string[] {
  return [command, ...runs];
}

/** Where CI or AGENTS.md runs something of a kind, that is what the project calls proved. */
function otherOfItsKind(
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

/**
 * A gate that only chains others (`check`: lint, then types, then tests) gives way to its parts if all of them are
 * gates, because they say more; else it stays, and its parts go. Parts that would then run in another order than the
 * project's own, with the build after what needs it, are no better than the whole; nor are those of one kind, where the
 * whole is what is run.
 */
function wholeOrParts(
  candidates: readonly Candidate[],
  around: Around,
): ReadonlyMap<Candidate, string> {
  const { identify, said, nameOf, project } = around;
  const byIdentity = new Map(candidates.map((one) => [identify(one), one]));
  const dropped = new Map<Candidate, string>();
  for (const whole of candidates) {
    const parts = whole.runs.flatMap((command) => {
      const part = byIdentity.get(identify({ command, cwd: whole.cwd }));
      return part === undefined || part === whole ? [] : [part];
    });
    if (whole.runs.length < 2 || parts.length === 0) continue;
    const isOneKind = parts.every(({ kind }) => kind === whole.kind);
    const isSaid = parts.some((part) => said.has(nameOf(part)));
    const areAll = parts.length === whole.runs.length && !buildsFirst(parts);
    if (areAll && (!isOneKind || isSaid)) dropped.set(whole, 'its parts are gates themselves');
    else if (whole.runs.every((command) => isTask(command, project)))
      for (const part of parts) dropped.set(part, `it is a part of \`${whole.command}\``);
  }
  return dropped;
}

function buildsFirst(parts: readonly Candidate[]): boolean {
  const build = parts.findIndex(({ kind }) => kind === 'build');
  return build >= 0 && parts.slice(build).some(({ kind }) => kind !== 'build');
}

/** One of the project's own tasks, as opposed to a program with its arguments. */
function isTask(command: string, { scripts }: Project): boolean {
  return scriptReference(command, scripts) !== null || /^(make|just|task) [\w:-]+$/.test(command);
}

/** `cargo test --locked` and `cargo test --all-features` in CI are the same tests under several settings. */
function sameProgram(
  candidates: readonly Candidate[],
  { project }: Around,
): ReadonlyMap<Candidate, string> {
  const programs = candidates.filter((one) => one.isRun && !isTask(one.command, project));
  return reasons(programs, (one) => {
    const first = programs.find((other) => programOf(other, project) === programOf(one, project));
    return first === undefined || first === one
      ? null
      : `\`${first.command}\` is the same program with other options`;
  });
}

/** `scripts/ci.sh`, where the tests are a gate themselves: what else it runs is not known, the tests most likely too. */
function wholeScript(candidates: readonly Candidate[]): ReadonlyMap<Candidate, string> {
  const tests = candidates.find((one) => one.kind === 'test' && !one.isRun);
  return reasons(candidates, (one) => {
    const isWhole = one.isRun && one.kind === 'other' && /^(ci|checks?|verify|all)$/.test(one.name);
    return isWhole && /^[\w./-]+$/.test(one.command) && tests
      ? `it most likely runs \`${tests.command}\` too`
      : null;
  });
}

/** Its name, its verb, and the paths that it is given. */
function programOf({ command, cwd, kind }: Candidate, { paths }: Project): string {
  const [program = '', second = '', ...rest] = withoutRunner(command).split(/\s+/);
  const all = [...paths];
  const isPath = (word: string, at: number, words: readonly string[]) =>
    !words[at - 1]?.startsWith('-') &&
    all.some((path) => path === word || path.startsWith(`${word.replace(/\/$/, '')}/`));
  const verb = /^[a-z]+$/.test(second) ? second : '';
  return [cwd, kind, program, verb, ...[second, ...rest].filter(isPath)].join(' ');
}

function reasons(
  candidates: readonly Candidate[],
  reasonOf: (one: Candidate) => string | null | undefined,
): Map<Candidate, string> {
  return new Map(
    candidates.flatMap((one) => {
      const reason = reasonOf(one);
      return reason ? [[one, reason] as const] : [];
    }),
  );
}
