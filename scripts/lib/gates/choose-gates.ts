import { scriptReference, withoutRunner } from './commands.ts';
import type { Gate } from './gate.ts';
import { gateKinds } from './gate-kind.ts';
import type { Candidate, Project } from './project.ts';

/** Each command once, a whole or its parts but not both, in the order of kinds, under unique names. */
export function chooseGates(candidates: readonly Candidate[], project: Project): Gate[] {
  const identify = identifier(candidates, project);
  const once = candidates.filter(
    (candidate, index) =>
      candidates.findIndex((other) => identify(other) === identify(candidate)) === index,
  );
  const explicit = once.filter((candidate) => !(candidate.assumed && isMentioned(candidate, once)));
  const chosen = wholeOrParts(explicit, identify, project);
  const sorted = chosen.sort((a, b) => gateKinds.indexOf(a.kind) - gateKinds.indexOf(b.kind));
  return withUniqueNames(sorted.map(({ runs, assumed, ...gate }) => gate));
}

type Command = Pick<Candidate, 'command' | 'cwd'>;

/** What a command comes down to: `npm run test`, `yarn test`, `make test` with that recipe, `vitest run` are one. */
function identifier(candidates: readonly Candidate[], { scripts }: Project) {
  const nameOf = ({ command, cwd }: Command) => {
    const script = cwd === '.' ? scriptReference(command, scripts) : null;
    return `${cwd}: ${script === null ? withoutRunner(command) : `script ${script}`}`;
  };
  const parts = new Map(candidates.map((one) => [nameOf(one), one.runs] as const).reverse());
  return (command: Command): string => {
    const seen = new Set<string>();
    let name = nameOf(command);
    for (
      let runs = parts.get(name);
      runs?.length === 1 && !seen.has(name);
      runs = parts.get(name)
    ) {
      seen.add(name);
      name = nameOf({ command: runs[0] ?? '', cwd: command.cwd });
    }
    return name;
  };
}

/** Whether a gate that the project wrote down runs the program of an assumed one, with its own options. */
function isMentioned(assumed: Candidate, all: readonly Candidate[]): boolean {
  const [program = '', second = ''] = withoutRunner(assumed.command).split(' ');
  const words = /^[a-z]+$/.test(second) ? `${program} ${second}` : program;
  return all.some(
    (other) =>
      !other.assumed &&
      [other.command, ...other.runs].some((command) => ` ${command} `.includes(` ${words} `)),
  );
}

/**
 * A gate that only chains others (`check`: lint, then types, then tests) gives way to its parts if all of them are
 * gates, because they say more; else it stays, and its parts go. Parts that would then run in another order than
 * the project's own, with the build after what needs it, are no better than the whole.
 */
function wholeOrParts(
  candidates: readonly Candidate[],
  identify: (command: Command) => string,
  project: Project,
): Candidate[] {
  const byIdentity = new Map(candidates.map((one) => [identify(one), one]));
  const dropped = new Set<Candidate>();
  for (const whole of candidates) {
    const parts = whole.runs.flatMap((command) => {
      const part = byIdentity.get(identify({ command, cwd: whole.cwd }));
      return part === undefined || part === whole ? [] : [part];
    });
    if (whole.runs.length < 2 || parts.length === 0) continue;
    if (parts.length === whole.runs.length && !buildsFirst(parts)) dropped.add(whole);
    else if (whole.runs.every((command) => isTask(command, project)))
      for (const part of parts) dropped.add(part);
  }
  return candidates.filter((candidate) => !dropped.has(candidate));
}

function buildsFirst(parts: readonly Candidate[]): boolean {
  const build = parts.findIndex(({ kind }) => kind === 'build');
  return build >= 0 && parts.slice(build).some(({ kind }) => kind !== 'build');
}

/** One of the project's own tasks, as opposed to a program with its arguments. */
function isTask(command: string, { scripts }: Project): boolean {
  return scriptReference(command, scripts) !== null || /^(make|just) [\w-]+$/.test(command);
}

function withUniqueNames(gates: readonly Gate[]): Gate[] {
  const taken = new Set<string>();
  return gates.map((gate) => {
    let name = gate.name;
    for (let count = 2; taken.has(name); count++) name = `${gate.name}-${count}`;
    taken.add(name);
    return { ...gate, name };
  });
}
