/** Programs that rewrite files: how each is asked to look only, and how a formatter that looks is asked to write. */
import { withoutRunner } from './commands.ts';

export interface RewritingProgram {
  /** A command as it begins once its runner is taken off. */
  begins: RegExp;
  /** The command that only looks; null: it is not known how. */
  checking: (command: string) => string | null;
  /**
   * The words of the command that writes, from those of one that looks, without the runner; null: it is not known how.
   * Formatters alone have it: what a linter repairs is more than format.
   */
  writing?: Writing;
}

type Writing = (words: readonly string[]) => readonly string[] | null;

/** The program that a command runs; undefined: none that is known to rewrite files. */
export function rewritingProgram(command: string): RewritingProgram | undefined {
  const program = programOf(command);
  return PROGRAMS.find(({ begins }) => begins.test(program));
}

/** The program with its words, without runners, Python's own among them. */
export function programOf(command: string): string {
  return withoutRunner(withoutRunner(command).replace(/^(hatch run|python[\d.]* -m) /, ''));
}

const PROGRAMS: readonly RewritingProgram[] = [
  {
    begins: /^prettier\b/,
    checking: (it) => replaced(it, /\s(--write|-w)(?=\s|$)/, ' --check'),
    writing: swap(/^(--check|-c|--list-different|-l|--write|-w)$/, '--write'),
  },
  {
    begins: /^(eslint|oxlint|stylelint|markdownlint(-cli2)?)\b/,
    checking: (it) => cut(it, /\s--fix(-type[= ]\S+)?(?=\s|$)/),
  },
  {
    begins: /^biome (check|lint|format|ci)\b/,
    checking: (it) => cut(it, /\s(--write|--fix|--apply(-unsafe)?|--unsafe)(?=\s|$)/g),
    writing: writingBiome,
  },
  {
    begins: /^dprint (fmt|check)\b/,
    checking: (it) => it.replace(/\bdprint\s+fmt\b/, 'dprint check'),
    writing: (words) => asCommand('fmt', words, /^--list-different$/),
  },
  {
    begins: /^deno fmt\b/,
    checking: (it) => added(it, /\bdeno\s+fmt\b/, '--check'),
    writing: drop(/^--check$/),
  },
  {
    begins: /^cargo (\+\S+ )?fmt\b/,
    checking: (it) => (/\s--check\b/.test(it) ? it : withEnd(it, '--check')),
    writing: writingCargo,
  },
  {
    begins: /^rustfmt\b/,
    checking: (it) => added(it, /^(.*?\brustfmt)\b/, '--check'),
    writing: drop(/^--check$/),
  },
  {
    begins: /^black\b/,
    checking: (it) => added(it, /^(.*?\bblack)\b/, '--check'),
    writing: drop(/^--(check|diff|color)$/),
  },
  {
    begins: /^isort\b/,
    checking: (it) => added(it, /^(.*?\bisort)\b/, '--check'),
    writing: drop(/^(--check|--check-only|-c|--diff|--df)$/),
  },
  {
    begins: /^yapf\b/,
    checking: (it) => replaced(it, /\s(-i|--in-place)(?=\s|$)/, ' --diff'),
    writing: swap(/^(--diff|-d|--quiet|-q|-i|--in-place)$/, '-i'),
  },
  {
    begins: /^ruff format\b/,
    checking: (it) => added(it, /\bruff\s+format\b/, '--check'),
    writing: drop(/^--(check|diff|exit-non-zero-on-format)$/),
  },
  {
    begins: /^ruff check\b/,
    checking: (it) => cut(it, /\s(--fix(-only)?|--unsafe-fixes)(?=\s|$)/g),
  },
  {
    begins: /^rubocop\b/,
    checking: (it) => cut(it, /\s(-a|-A|--auto-?correct(-all)?|-x|--fix-layout)(?=\s|$)/g),
  },
  { begins: /^(gofmt|gofumpt)\b/, checking: listing, writing: swap(/^--?[dlw]$/, '-w') },
  // Imports that it adds and takes out are no matter of format.
  { begins: /^goimports\b/, checking: listing },
  {
    begins: /^shfmt\b/,
    checking: (it) => replaced(it, /\s(-w|--write)(?=\s|$)/, ' -d'),
    writing: swap(/^(-d|--diff|-l|--list|-w|--write)$/, '-w'),
  },
  {
    begins: /^clang-format\b/,
    checking: (it) => replaced(it, /\s-i(?=\s|$)/, ' --dry-run --Werror'),
    writing: (words) => swap(/^(--dry-run|-n|-i)$/, '-i')(without(words, /^--?Werror$/)),
  },
  {
    begins: /^php-cs-fixer (fix|check)\b/,
    checking: (it) => (/fixer\s+check\b/.test(it) ? it : withEnd(it, '--dry-run --diff')),
    writing: (words) => asCommand('fix', words, /^--(dry-run|diff|stop-on-violation)$/),
  },
  { begins: /^pint\b/, checking: (it) => withEnd(it, '--test'), writing: drop(/^--test$/) },
  {
    begins: /^mix format\b/,
    checking: (it) => added(it, /\bmix\s+format\b/, '--check-formatted'),
    writing: drop(/^--(check-formatted|dry-run)$/),
  },
  {
    begins: /^terraform fmt\b/,
    checking: (it) => added(it, /\bterraform\s+fmt\b/, '-check'),
    writing: drop(/^--?(check|diff|list|write)(=\w+)?$/),
  },
  {
    begins: /^dart format\b/,
    checking: (it) =>
      it.includes('--set-exit-if-changed')
        ? it
        : withEnd(it, '--output=none --set-exit-if-changed'),
    writing: writingDart,
  },
];

function drop(pattern: RegExp): Writing {
  return (words) => without(words, pattern);
}

function without(words: readonly string[], pattern: RegExp): readonly string[] {
  return words.filter((word) => !pattern.test(word));
}

/** Puts a word in the place of the first that matches, and takes the others out; null without any. */
function swap(pattern: RegExp, by: string): Writing {
  return (words) => {
    const at = words.findIndex((word) => pattern.test(word));
    if (at < 0) return null;
    return words.flatMap((word, index) => (index === at ? by : pattern.test(word) ? [] : word));
  };
}

/** The same words behind another command of the program, without some. */
function asCommand(
  command: string,
  [program = '', , ...rest]: readonly string[],
  left: RegExp,
): readonly string[] {
  return [program, command, ...without(rest, left)];
}

/** Biome's `check` lints and sorts imports too, unless it is told not to: Biome 1 says `organize-imports` for `assist`. */
function writingBiome([program = '', command = '', ...rest]: readonly string[]) {
  const checksFormat =
    rest.includes('--linter-enabled=false') &&
    rest.some((word) => /^--(assist|organize-imports)-enabled=false$/.test(word));
  const options = without(rest, /^--(write|fix)$/);
  if (command === 'format') return [program, 'format', '--write', ...options];
  return command !== 'lint' && checksFormat ? [program, 'check', '--write', ...options] : null;
}

/** `--all` takes in crates outside of the repository that are depended on by their paths; cargo formats a whole workspace without. */
function writingCargo(words: readonly string[]): readonly string[] {
  const left = without(words, /^--(all|check)$/);
  return left.at(-1) === '--' ? left.slice(0, -1) : left;
}

/** The option that keeps it from writing may be two words: `-o none`. */
function writingDart(words: readonly string[]): readonly string[] {
  const isOutput = (word = '') => /^(--output|-o)$/.test(word);
  const left = words.filter((word, at) => !isOutput(word) && !isOutput(words[at - 1]));
  return without(left, /^(--set-exit-if-changed|--output=\w+|-o\w+)$/);
}

function replaced(command: string, pattern: RegExp, by: string): string | null {
  if (/\s--(check|list-different)\b|\s-[dl]\b/.test(command)) return command;
  return pattern.test(command) ? command.replace(pattern, by) : null;
}

function cut(command: string, pattern: RegExp): string {
  return command.replace(pattern, '');
}

function added(command: string, behind: RegExp, flag: string): string {
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
