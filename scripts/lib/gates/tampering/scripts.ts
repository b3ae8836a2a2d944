/** Commands with names, as manifests and task files have them: what a change of them does to the gates. */
import { isCheckName } from '../choosing/refusal.ts';
import { commandThresholds, disablingIn, runsLess } from './command-words.ts';
import { type Finding, shortened, strong, weak } from './kinds.ts';

export type Scripts = ReadonlyMap<string, string>;

/** `label` is what the name of a script is told with: `scripts.`. Scripts that base did not have can loosen nothing. */
export function compareScripts(label: string, before: Scripts, after: Scripts): Finding[] {
  const gates = gateScripts(before);
  const changed = [...before].flatMap(([name, command]) => {
    const now = after.get(name);
    return now === command
      ? []
      : scriptFindings(`${label}${shortened(name, 40)}`, command, now, gates.has(name));
  });
  return [...changed, ...addedHooks(label, before, after)];
}

/** One command's findings; undefined: it is gone. */
export function scriptFindings(
  label: string,
  before: string,
  after: string | undefined,
  isGate: boolean,
): Finding[] {
  const detail = `${label}: "${shortened(before)}" -> ${after === undefined ? 'gone' : `"${shortened(after)}"`}`;
  if (after === undefined) return [(isGate ? strong : weak)('script-changed', detail)];
  const lowered = loweredThresholds(label, before, after);
  if (lowered.length > 0) return lowered;
  // Whatever the name promises: a command that can no longer fail was not made so by an ordinary task.
  const disabling = isGate ? disablingIn(before, after) : null;
  if (disabling !== null)
    return [strong('script-changed', `${detail} (${shortened(disabling, 40)})`)];
  const isLess = isGate && runsLess(before, after);
  return [(isLess ? strong : weak)('script-changed', detail)];
}

function loweredThresholds(label: string, before: string, after: string): Finding[] {
  const now = commandThresholds(after);
  return [...commandThresholds(before)].flatMap(([name, { value, least }]) => {
    const current = now.get(name)?.value;
    const isSame = current !== undefined && (least ? current >= value : current <= value);
    return isSame
      ? []
      : [strong('threshold-lowered', `${label}: --${name}: ${value} -> ${current ?? 'none'}`)];
  });
}

/** Those whose names promise a check, and those that these run. */
function gateScripts(scripts: Scripts): Set<string> {
  const gates = new Set(
    [...scripts.keys()].filter((name) => isCheckName(name) || /cov/i.test(name)),
  );
  for (const name of gates) {
    for (const word of (scripts.get(name) ?? '').split(/[\s;&|"']+/)) {
      // A set that grows while it is gone through is gone through to its end.
      if (scripts.has(word)) gates.add(word);
    }
  }
  return gates;
}

/** What package managers run around a script; with a name of its own it would be an ordinary new script. */
export function isHookOf(name: string, scripts: Scripts): boolean {
  const hooked = /^(?:pre|post)(.+)$/.exec(name)?.[1];
  return hooked !== undefined && scripts.has(hooked) && !scripts.has(name);
}

const MEDDLING =
  /\b(?:rm|mv|cp|sed|perl|git|curl|wget|patch|tee|truncate|unlink|chmod)\b|>|\bnode -e\b|\bpython3? -c\b/;

function addedHooks(label: string, before: Scripts, after: Scripts): Finding[] {
  return [...after]
    .filter(([name]) => isHookOf(name, before))
    .map(([name, command]) => {
      const detail = `${label}${shortened(name, 40)} is run with what base has: "${shortened(command)}"`;
      return (MEDDLING.test(command) ? strong : weak)('script-changed', detail);
    });
}
