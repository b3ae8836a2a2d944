/** What the words of a command line say of how much it examines. */

export interface Threshold {
  value: number;
  /** The least that is accepted; else the most. */
  least: boolean;
}

const LEAST =
  /--?((?:cov-)?fail-under|coverage\.thresholds?\.\w{1,20}|(?:check-coverage\.)?(?:lines|branches|functions|statements)|min-score|threshold|minimum-coverage|min-msi)[ =](-?\d+(?:\.\d+)?)/g;
const MOST = /--?(max-warnings|max-line-length|max-complexity|max-diagnostics)[ =](\d+)/g;

/** `--max-warnings 0`, `--cov-fail-under=90`: the thresholds that a command names. */
export function commandThresholds(command: string): Map<string, Threshold> {
  const found = new Map<string, Threshold>();
  for (const [, name = '', value] of command.matchAll(LEAST)) {
    found.set(name, { value: Number(value), least: true });
  }
  for (const [, name = '', value] of command.matchAll(MOST)) {
    found.set(name, { value: Number(value), least: false });
  }
  return found;
}

/** What makes a command pass whatever it finds. */
const UNHEARD: readonly RegExp[] = [
  /\|\|[ \t]*(?:true|:|exit 0|echo)(?![\w-])/,
  /;[ \t]*(?:true|exit 0|:|echo\b[^&;|\n]{0,200})[ \t]*(?:$|["'\n])/,
  /^\s*(?:true|:|exit(?: 0)?|echo\b[^&;|\n]{0,2000})\s*$/,
  /\bset \+e\b/,
  /--(?:exit-zero|exit_zero|exit-0|allow-failure|suppress-all)\b/,
  /\bcontinue-on-error[ \t]*:[ \t]*true|\ballow_failure[ \t]*:[ \t]*true|\bif[ \t]*:[ \t]*(?:\$\{\{[ \t]*)?false\b/,
  /\bMAKEFLAGS\b[^\n]{0,100}\s-?i\b|(?<![^\n])\.IGNORE\b/,
  /-D(?:skipTests|maven\.test\.skip|maven\.test\.failure\.ignore)|\s-x (?:test|check|lint)\b/,
  /<(?:skipTests|maven\.test\.skip|testFailureIgnore)>\s*true|\bignoreFailures\s*=\s*true|\benabled\s*=\s*false|\bfailOn\w{1,40}\s*(?:=|>)\s*false|\bonlyIf\s*\{\s*false/,
];

/** What makes a command look at less. */
const NARROWING: readonly RegExp[] = [
  /--(?:pass-?with-?no-?tests|passWithNoTests|no-verify|if-present|no-error-on-unmatched-pattern|skip-tests|no-run|collect-only|co|dry-run|list-tests)\b/,
  /--(?:ignore|ignore-glob|deselect|exclude|skip|ignore-pattern|ignore-path|testPathIgnorePatterns|test-skip-pattern|no-coverage|no-cov|disable(?!-warnings|-pytest)|extend-ignore|no-strict|noStrict|skipLibCheck)\b/,
  /--(?:grep|invert|test-name-pattern|testNamePattern|only|filter)\b|(?:^|\s)-(?:k|g|t)(?=\s["']?\w)|(?:^|\s)-m (?=["']|not\b)|(?:^|\s)-p no:/,
];

/** What a command has now, and had not, that makes it pass or look at less; null where there is nothing like that. */
export function disablingIn(before: string, after: string): string | null {
  return gained([...UNHEARD, ...NARROWING], before, after);
}

/** As `disablingIn`, for texts with commands of all kinds in them, whose options may be anything's. */
export function unheardIn(before: string, after: string): string | null {
  return gained(UNHEARD, before, after);
}

function gained(patterns: readonly RegExp[], before: string, after: string): string | null {
  for (const pattern of patterns) {
    const global = new RegExp(pattern.source, `g${pattern.flags}`);
    const now = [...after.matchAll(global)];
    const isMore = now.length > [...before.matchAll(global)].length;
    if (isMore) return now.at(-1)?.[0].trim() || 'nothing is run';
  }
  return null;
}

/** Whether a command has lost words, or whole commands, and got nothing in their place. */
export function runsLess(before: string, after: string): boolean {
  const left = wordsOf(after);
  const lost = wordsOf(before).filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return lost.length > 0 && left.length === 0;
}

function wordsOf(command: string): string[] {
  return command
    .slice(0, 5000)
    .split(/[\s;&|]+/)
    .filter(Boolean);
}
