/** Programs that rewrite files, told to look only: a gate judges a model's result, and does not change it. */
import { isHarmless, kebab, splitChain, withoutRunner } from './commands.ts';
import { kindOf, wordsOf } from './gate-kind.ts';
import type { Candidate } from './project.ts';

/** A command as it begins once its runner is taken off, and how the same program is asked to check. */
const FORMS: readonly (readonly [RegExp, (command: string) => string | null])[] = [
  [/^prettier\b/, (it) => replaced(it, /\s(--write|-w)(?=\s|$)/, ' --check')],
  [
    /^(eslint|oxlint|stylelint|markdownlint(-cli2)?)\b/,
    (it) => without(it, /\s--fix(-type[= ]\S+)?(?=\s|$)/),
  ],
  [
    /^biome (check|lint|format)\b/,
    (it) => without(it, /\s(--write|--fix|--apply(-unsafe)?|--unsafe)(?=\s|$)/g),
  ],
  [/^dprint fmt\b/, (it) => it.replace('dprint fmt', 'dprint check')],
  [/^deno fmt\b/, (it) => added(it, 'deno fmt', '--check')],
  [/^cargo fmt\b/, (it) => (/\s--check\b/.test(it) ? it : withEnd(it, '--check'))],
  [/^(black|isort)\b/, (it) => added(it, /^(.*?\b(?:black|isort))\b/, '--check')],
  [/^ruff format\b/, (it) => added(it, 'ruff format', '--check')],
  [/^ruff check\b/, (it) => without(it, /\s(--fix(-only)?|--unsafe-fixes)(?=\s|$)/g)],
  [/^rubocop\b/, (it) => without(it, /\s(-a|-A|--auto-?correct(-all)?|-x|--fix-layout)(?=\s|$)/g)],
  [/^(gofmt|goimports|gofumpt)\b/, (it) => listing(it)],
  [/^shfmt\b/, (it) => replaced(it, /\s(-w|--write)(?=\s|$)/, ' -d')],
  [/^clang-format\b/, (it) => replaced(it, /\s-i(?=\s|$)/, ' --dry-run --Werror')],
  [
    /^php-cs-fixer fix\b|^pint\b/,
    (it) => withEnd(it, /pint/.test(it) ? '--test' : '--dry-run --diff'),
  ],
  [/^mix format\b/, (it) => added(it, 'mix format', '--check-formatted')],
  [/^terraform fmt\b/, (it) => added(it, 'terraform fmt', '-check')],
];

/**
 * The checking form of a command that rewrites files, each part of a chain for itself; null where one part has none
 * that is known, or nothing would be left to check.
 */
export function checkingForm(command: string): string | null {
  const parts = splitChain(command);
  if (parts === null) return null;
  const forms = parts.map((part) => {
    const program = withoutRunner(part);
    const form = FORMS.find(([pattern]) => pattern.test(program))?.[1];
    return form === undefined ? null : form(part);
  });
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
  if (commands.length === 0 || isHarmless(name, commands.join('\n'))) return null;
  if (!wordsOf(name).every((word) => REWRITING_WORDS.has(word))) return null;
  const forms = commands.map(checkingForm);
  if (!forms.every((form) => form !== null)) return null;
  const command = forms.join(' && ');
  const checks = wordsOf(name).filter((word) => word !== 'fix' && word !== 'write');
  const shortName = checks.length === 0 ? kebab(name) : checks.join('-');
  if (!isHarmless(shortName, command)) return null;
  return { name: shortName, kind: kindOf(shortName, command), command, assumed: true };
}

function replaced(command: string, pattern: RegExp, by: string): string | null {
  if (/\s--(check|list-different)\b|\s-[dl]\b/.test(command)) return command;
  return pattern.test(command) ? command.replace(pattern, by) : null;
}

function without(command: string, pattern: RegExp): string {
  return command.replace(pattern, '');
}

function added(command: string, behind: string | RegExp, flag: string): string {
  if (command.includes(flag)) return command;
  return command.replace(behind, (found) => `${found} ${flag}`);
}

function withEnd(command: string, flags: string): string {
  return command.includes(flags) ? command : `${command} ${flags}`;
}

/** gofmt and its kin list what they would change, and end well all the same. */
function listing(command: string): string | null {
  if (!/\s-\w*w/.test(command)) return null;
  return `test -z "$(${command.replace(/\s-(\w*)w(\w*)/, (_, before, after) => ` -${before}${after}l`)})"`;
}
