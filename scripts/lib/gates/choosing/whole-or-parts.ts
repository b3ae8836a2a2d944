/** Of what contains each other, or is one program under several settings, the one that says most. */
import { scriptReference, withoutRunner } from '../commands.ts';
import type { Candidate, Project } from '../project.ts';
import { isOfSeveralKinds } from './parts-of-whole.ts';
import { type Around, reasons } from './rule.ts';

/**
 * A gate that only chains others (`check`: lint, then types, then tests) gives way to its parts if all of them are
 * gates, because they say more; else it stays, and its parts go. Parts that would then run in another order than the
 * project's own, with the build after what needs it, are no better than the whole; nor are those of one kind, where the
 * whole is what is run.
 */
export function wholeOrParts(
  candidates: readonly Candidate[],
  around: Around,
): ReadonlyMap<Candidate, string> {
  const { identify, partsOf, said, nameOf, project } = around;
  const byIdentity = new Map(candidates.map((one) => [identify(one), one]));
  const dropped = new Map<Candidate, string>();
  for (const whole of candidates) {
    const runs = partsOf(whole);
    const parts = runs.flatMap((command) => {
      const part = byIdentity.get(identify({ command, cwd: whole.cwd }));
      return part === undefined || part === whole ? [] : [part];
    });
    if (runs.length < 2 || parts.length === 0) continue;
    const isOneKind = parts.every(({ kind }) => kind === whole.kind);
    const isSaid = parts.some((part) => said.has(nameOf(part)));
    const areAll = parts.length === runs.length && !buildsFirst(parts);
    if (areAll && (!isOneKind || isSaid)) dropped.set(whole, 'its parts are gates themselves');
    else if (!isOfSeveralKinds({ ...whole, runs }, project))
      for (const part of contained({ ...whole, runs }, parts, project))
        dropped.set(part, `it is a part of \`${whole.command}\``);
  }
  return dropped;
}

/** Those that a whole makes needless: all of a chain of tasks; of `test: tsc && xo && ava`, which has a suite of its own kind, all but builds. */
function contained(
  { kind, runs }: Candidate,
  parts: readonly Candidate[],
  project: Project,
): readonly Candidate[] {
  if (runs.every((command) => isTask(command, project))) return parts;
  const isSuite = parts.some((part) => part.kind === kind);
  return isSuite ? parts.filter((part) => part.kind !== 'build') : [];
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
export function sameProgram(
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
export function wholeScript(candidates: readonly Candidate[]): ReadonlyMap<Candidate, string> {
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
