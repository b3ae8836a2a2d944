/** The steps that several scripts name as the next one: a command that can be pasted, or the decision that comes first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { passFolder, type Session } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';

/** Less than the 10 minutes that an agent's shell waits at most. */
const WAIT_S = '540';

/** Whether an agent leads the procedure: it reads `next`, works while the models do, and answers to its user. */
function isHosted({ data }: Session): boolean {
  return data.host !== 'none';
}

function ofPass({ data }: Session, pass: number): string[] {
  return pass === data.current_pass ? [] : ['--pass', String(pass)];
}

export function runModelsCommand(session: Session): string {
  return sessionCommand(session, 'run-model', '--all', ...(isHosted(session) ? ['--detach'] : []));
}

export function waitCommand(session: Session): string {
  return sessionCommand(session, 'status', '--wait', WAIT_S);
}

/** An agent judges; without one, the comparison is all that is known. */
export function afterComparison(session: Session, pass: number): string {
  if (isHosted(session))
    return 'Judge the versions and show the analysis; complete-pass stores what was shown.';
  const file = join(passFolder(session, pass), 'comparison.md');
  return sessionCommand(session, 'complete-pass', '--analysis', file, ...ofPass(session, pass));
}

export function anotherPass(session: Session): string {
  return isHosted(session)
    ? 'Another pass spends the tokens of every model: announce it, and wait for a yes; next-pass sets it up.'
    : sessionCommand(session, 'next-pass');
}

/** `apply-picks` on the picks that are there: those that were proved last, else those that facts suggest. */
export function applyCommand(session: Session, pass: number, ...words: string[]): string | null {
  const file = picksFile(session, pass);
  if (file === null) return null;
  const all = ['--picks', file, ...words, ...ofPass(session, pass)];
  return sessionCommand(session, 'apply-picks', ...all);
}

/** The application of what is suggested, with the usual answer to each question that is open. */
export async function afterAnalysis(session: Session, pass: number): Promise<string> {
  const command = applyCommand(session, pass, '--verify', '--search');
  if (command === null)
    return 'Choose what to take from whom; apply-picks proves it and applies it.';
  const file = picksFile(session, pass);
  const answers = file?.endsWith(SUGGESTED) ? await usualAnswers(session, pass) : [];
  return answers.length === 0 ? command : `${command} ${answers.join(' ')}`;
}

const SUGGESTED = 'picks.suggested.json';

function picksFile(session: Session, pass: number): string | null {
  const files = ['picks.json', SUGGESTED].map((name) => join(passFolder(session, pass), name));
  return files.find(existsSync) ?? null;
}

/** The spine stays, and nothing is added to it: whoever wants another answer writes it in the place of this one. */
async function usualAnswers(session: Session, pass: number): Promise<string[]> {
  // Loaded late: only who stands before the application needs it.
  const { readComparison } = await import('./report/comparison-facts.ts');
  const comparison = await readComparison(passFolder(session, pass));
  return (comparison?.questions ?? []).map(({ id, kind, options }) => {
    const [first] = kind === 'whole' ? (options[0]?.models ?? []) : [];
    return `--pick ${id}=${first ?? 'neither'}`;
  });
}
