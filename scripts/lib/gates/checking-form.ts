/** Programs that rewrite files, told to look only: a gate judges a model's result, and does not change it. */
import { refusalOfCommand } from './choosing/refusal.ts';
import { kebab, splitChain, wordsOf } from './commands.ts';
import { kindOf } from './gate-kind.ts';
import type { Candidate } from './project.ts';
import { rewritingProgram } from './rewriting-programs.ts';

/**
 * The checking form of a command that rewrites files, each part of a chain for itself; null where one part has none
 * that is known, or nothing would be left to check.
 */
export function checkingForm(command: string): string | null {
  const parts = splitChain(command);
  if (parts === null) return null;
  const forms = parts.map((part) => rewritingProgram(part)?.checking(part) ?? null);
  return forms.every((form) => form !== null) ? forms.join(' && ') : null;
}

/** Names of tasks that rewrite: `format`, `lint:fix`; anything else may do more than its commands seem to. */
const REWRITING_WORDS = new Set(
  'format formatter fmt prettier lint eslint style fix write'.split(' '),
);

/**
 * A task that rewrites files (`format: prettier --write .`) as a gate that only looks; null where it is none, or its
 * checking form is not known. It gives way to a gate that the project wrote down for the same program.
 */
export function rewritingTask(
  name: string,
  commands: readonly string[],
): Pick<Candidate, 'name' | 'kind' | 'command' | 'assumed'> | null {
  if (commands.length === 0) return null;
  if (refusalOfCommand(name, commands.join('\n')) === null) return null;
  if (!wordsOf(name).every((word) => REWRITING_WORDS.has(word))) return null;
  const forms = commands.map(checkingForm);
  if (!forms.every((form) => form !== null)) return null;
  const command = forms.join(' && ');
  const checks = wordsOf(name).filter((word) => word !== 'fix' && word !== 'write');
  const shortName = checks.length === 0 ? kebab(name) : checks.join('-');
  if (refusalOfCommand(shortName, command) !== null) return null;
  return { name: shortName, kind: kindOf(shortName, command), command, assumed: true };
}
