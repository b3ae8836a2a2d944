/** Which commands are the same: by whatever package manager, runner or alias, and with however many workers. */
import { scriptReference, withoutRunner } from '../commands.ts';
import { scriptsIn } from '../own-tasks.ts';
import type { Candidate, Project } from '../project.ts';

type Command = Pick<Candidate, 'command' | 'cwd'>;

export interface Identities {
  /** What a command is called by itself: `yarn test` and `npm run test` are both the script. */
  nameOf(command: Command): string;
  /** What it comes down to: `make test` with that recipe, `npm test` with that script and `vitest run` are one. */
  identify(command: Command): string;
  /** What it chains in the end: `npm run ci` with that script runs what `task check` does. */
  partsOf(command: Command & Pick<Candidate, 'runs'>): readonly string[];
}

/** Options about how many, how long and how it is shown, not about what. */
const HOW =
  /\s(--(max-?workers|workers|jobs|max-?concurrency|concurrency|test-concurrency|parallel|threads|processes|numprocesses|retries|repeat|timeout|bail)([= ](\d+%?\w*|auto|max|half|logical))?|-[jnwT][= ]?(\d+|auto)|--runInBand|--no-parallel|--ci|--silent|--quiet|--verbose|--(no-)?colors?|--reporters?[= ]\S+|--coverage(\.\S+|=\S+)?)(?=\s|$)/gi;

export function identitiesOf(candidates: readonly Candidate[], project: Project): Identities {
  const nameOf = ({ command, cwd }: Command) => {
    const plain = command.replaceAll(HOW, '').trim();
    const script = scriptReference(plain, scriptsIn(cwd, project));
    return `${cwd}: ${script === null ? programIn(plain) : `script ${script}`}`;
  };
  const parts = new Map(candidates.map((one) => [nameOf(one), one.runs] as const).reverse());
  const identify = (command: Command) => {
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
  return { nameOf, identify, partsOf: (command) => parts.get(identify(command)) ?? command.runs };
}

/** Without what makes no difference where nobody looks on: `vitest run` is `vitest`, `jest -i` is `jest`. */
function programIn(command: string): string {
  return withoutRunner(command)
    .replace(/^vitest run(?=\s|$)/, 'vitest')
    .replace(/^(jest\b.*?) -i(?=\s|$)/, '$1');
}

/** What CI and AGENTS.md run, by identity, with where it is said; what that chains counts as run, too. */
export function whatIsRun(
  candidates: readonly Candidate[],
  { identify }: Identities,
): ReadonlyMap<string, string> {
  const said = new Map<string, string>();
  const open = candidates.filter(({ isRun }) => isRun).map((one) => [one, one.source] as const);
  for (const [one, source] of open) {
    const identity = identify(one);
    if (said.has(identity)) continue;
    said.set(identity, source);
    for (const written of candidates.filter((other) => identify(other) === identity))
      for (const command of written.runs)
        open.push([{ ...written, command, runs: [] }, source] as const);
  }
  return said;
}
