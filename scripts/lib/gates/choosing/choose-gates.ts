import { kebab } from '../commands.ts';
import type { Gate, LeftOut } from '../gate.ts';
import { gateKinds } from '../gate-kind.ts';
import type { Candidate, Project } from '../project.ts';
import { identitiesOf, whatIsRun } from './identity.ts';
import { RULES, sameCommand } from './leave-out.ts';
import { inParts } from './parts-of-whole.ts';
import type { Around } from './rule.ts';

export interface Discovered {
  /** In the order of kinds, under unique names. */
  gates: Gate[];
  /** What the project wrote down and is no gate, with the reason. */
  leftOut: LeftOut[];
}

/** Each command once, a whole or its parts but not both, what CI runs before what it does not. */
export function chooseGates(candidates: readonly Candidate[], project: Project): Discovered {
  const identities = identitiesOf(candidates, project);
  const isRun = candidates.filter((one) => one.isRun);
  const around: Around = {
    ...identities,
    project,
    run: whatIsRun(candidates, identities),
    said: new Set(isRun.map(identities.nameOf)),
  };
  let chosen = candidates;
  const leftOut: LeftOut[] = [];
  // Nobody misses what only follows from a language, or what is named in a document once more.
  for (const rule of RULES) {
    const reasons = rule(chosen, around);
    for (const [one, reason] of reasons)
      if (!one.assumed && !(one.isRun && rule === sameCommand))
        leftOut.push({ ...printed(one), reason });
    chosen = chosen.filter((one) => !reasons.has(one));
  }
  const whole = chosen.flatMap((one) => inParts(one, chosen, around));
  const gates = whole.map(({ runs, assumed, isRun: _, refused, ...gate }) => gate);
  gates.sort((a, b) => gateKinds.indexOf(a.kind) - gateKinds.indexOf(b.kind));
  return { gates: withUniqueNames(gates), leftOut };
}

function printed({ name, command, cwd, source }: Candidate): Omit<LeftOut, 'reason'> {
  return { name, command, cwd, source };
}

function withUniqueNames(gates: readonly Gate[]): Gate[] {
  const taken = new Set<string>();
  return gates.map((gate) => {
    const isAmbiguous = taken.has(gate.name) && gate.cwd !== '.';
    const own = isAmbiguous ? kebab(`${gate.cwd} ${gate.name}`) : gate.name;
    let name = own;
    for (let count = 2; taken.has(name); count++) name = `${own}-${count}`;
    taken.add(name);
    return { ...gate, name };
  });
}
