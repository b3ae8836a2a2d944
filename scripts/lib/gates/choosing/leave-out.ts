/** Which candidates are no gates beside the others, each rule for itself, and why: what is said to the user. */
import { withoutRunner, wordsOf } from '../commands.ts';
import type { Candidate } from '../project.ts';
import { otherOfItsKind } from './other-of-its-kind.ts';
import { objectIn } from './refusal.ts';
import { type Around, commandsOf, type Rule, reasons } from './rule.ts';
import { sameProgram, wholeOrParts, wholeScript } from './whole-or-parts.ts';

export const RULES: readonly Rule[] = [
  refused,
  maybeVerb,
  sameCommand,
  wantsSurroundings,
  habit,
  otherOfItsKind,
  wholeOrParts,
  sameProgram,
  wholeScript,
];

/** Also what a document or CI names of it: that knows no recipe. */
function refused(
  candidates: readonly Candidate[],
  { nameOf }: Around,
): ReadonlyMap<Candidate, string> {
  const found = candidates.filter((one) => one.refused);
  return reasons(
    candidates,
    (one) => one.refused ?? found.find((other) => nameOf(other) === nameOf(one))?.refused,
  );
}

/** `test:create` tests what creates, or creates what is tested: what CI runs it for, tells. */
function maybeVerb(
  candidates: readonly Candidate[],
  { identify, run }: Around,
): ReadonlyMap<Candidate, string> {
  return reasons(candidates, (one) => {
    const word = one.assumed || run.has(identify(one)) ? null : objectIn(one.name);
    return word && `its name says "${word}", and the project's CI does not run it`;
  });
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
  const [program = '', second = ''] = withoutRunner(command).replace(LISTS, '').split(' ');
  const words = /^[a-z]+$/.test(second) ? `${program} ${second}` : program;
  const isRunner = words === 'go test' ? /\bgotestsum\b/ : null;
  return commandsOf(other).some(
    (it) => ` ${it.replace(LISTS, ' ')} `.includes(` ${words} `) || isRunner?.test(it),
  );
}

/** `test -z "$(gofmt -l .)"` runs gofmt. */
const LISTS = /\btest -z "?\$\(/;

/** tox makes environments of its own, for every version of Python, to run the same tests in. */
function runsWithin(other: Candidate, command: string): boolean {
  return command === 'tox' && commandsOf(other).some((it) => /\bpytest\b/.test(it));
}
