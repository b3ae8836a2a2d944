/** What a change of settings does to a gate, by the names that tools of many languages have in common. */
import { commandThresholds, disablingIn } from './command-words.ts';
import { type Finding, shortened, strong, weak } from './kinds.ts';
import type { Settings } from './settings.ts';

/** One setting that is not as it was; no values: it was not there, or is not any more. */
interface Difference {
  path: string;
  before: readonly string[];
  after: readonly string[];
}

/** The findings about a gate's configuration; none where nothing differs but its form. */
export function compareSettings(before: Settings, after: Settings): Finding[] {
  const differences = differencesOf(before, after);
  const told = differences.map((difference) => ({ difference, finding: judged(difference) }));
  const untold = told.filter(({ finding }) => finding === null).map(({ difference }) => difference);
  return [
    ...told.flatMap(({ finding }) => (finding === null ? [] : [finding])),
    ...(untold.length === 0 ? [] : [weak('gate-configuration-changed', listed(untold))]),
  ];
}

function differencesOf(before: Settings, after: Settings): Difference[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].flatMap((path) => {
    const old = before.get(path) ?? [];
    const now = after.get(path) ?? [];
    const isSame = old.length === now.length && old.every((value, at) => value === now[at]);
    return isSame ? [] : [{ path, before: old, after: now }];
  });
}

function listed(differences: readonly Difference[]): string {
  const told = differences.slice(0, 3).map(describe);
  const more = differences.length > 3 ? [`and ${differences.length - 3} more`] : [];
  return [...told, ...more].join('; ');
}

function describe({ path, before, after }: Difference): string {
  return `${shortened(path, 60)}: ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(values: readonly string[]): string {
  return values.length === 0 ? 'none' : shortened(values.join(', '), 60);
}

function judged(difference: Difference): Finding | null {
  return (
    threshold(difference) ??
    commandThreshold(difference) ??
    strictness(difference) ??
    leftOut(difference) ??
    lessExamined(difference) ??
    disabled(difference)
  );
}

/** The least that is accepted: coverage, a score. */
const LEAST =
  /(?:threshold|check-?coverage|fail[_-]?under|coverage.*(?:min|target)|(?:min|minimum)[_-]?(?:coverage|score)|msi$)|(?:^|\.)(?:lines|branches|functions|statements)$/i;

/** The most that is accepted: warnings, complexity, bytes. */
const MOST =
  /max[_-]?(?:warnings|lines|len|depth|params|statements|complexity|size|args|branches|returns|locals)|complexity|size[_-]?limit|(?:^|[.\]])(?:limit|budgets?|maximum\w*)$|line[_-]?length|too-many|cognitive/i;

function threshold({ path, before, after }: Difference): Finding | null {
  const direction = LEAST.test(path) ? -1 : MOST.test(path) ? 1 : 0;
  if (direction === 0 || before.length === 0) return null;
  const old = numberIn(before);
  const now = numberIn(after);
  const detail = `threshold ${describe({ path, before, after })}`;
  if (before[0] === 'true' && after[0] !== 'true') return strong('threshold-lowered', detail);
  if (old === null) return null;
  if (now === null) return after.length === 0 ? strong('threshold-lowered', detail) : null;
  return Math.sign(now - old) === direction ? strong('threshold-lowered', detail) : null;
}

function numberIn(values: readonly string[]): number | null {
  const match = /-?\d+(?:\.\d+)?/.exec(values.find((value) => /^-?\d/.test(value.trim())) ?? '');
  return match === null ? null : Number(match[0]) * unitOf(values.join(' '));
}

function unitOf(text: string): number {
  const unit = /\d\s*([kMG])i?[bB]\b/.exec(text)?.[1] ?? '';
  return 1000 ** ['', 'k', 'M', 'G'].indexOf(unit);
}

function commandThreshold({ path, before, after }: Difference): Finding | null {
  const old = commandThresholds(before.join(' '));
  const now = commandThresholds(after.join(' '));
  for (const [name, { value, least }] of old) {
    const current = now.get(name)?.value;
    const isLower = current === undefined || (least ? current < value : current > value);
    if (isLower) {
      return strong(
        'threshold-lowered',
        `${shortened(path, 60)}: ${name}: ${value} -> ${current ?? 'none'}`,
      );
    }
  }
  return null;
}

/** Flags of compilers and type checkers that find more when they are on. */
const STRICT_FLAG =
  /(?:^|\.)(?:strict\w*|noImplicit\w*|noUnused\w*|noUnchecked\w*|noFallthrough\w*|noProperty\w*|exactOptional\w*|alwaysStrict|useUnknownInCatch\w*|checkJs|forceConsistent\w*|disallow_\w+|check_untyped_defs|warn_\w+|no_implicit_\w+|strict_\w+|enabled|linter|formatter|perFile|all|branch|xfail_strict|errorOnWarnings?|failOn\w+|forbidOnly|recommended|reportUnused\w*|report-unused\w*|doctest|test|harness|autotests|pedantic|nursery)$/;

/** Those that find less when they are on. */
const LAX_FLAG =
  /(?:^|\.)(?:skipLibCheck|allowUnreachableCode|allowUnusedLabels|suppress\w*|ignore_missing_imports|ignore_errors|allow_\w+|passWithNoTests|dangerouslyIgnore\w*|skip_covered|allowOnly|no-verify|continue-on-error|exit-zero|exit_zero|disable_all|disable-all|allow_failure|stopOnFailure|ignoreFailures|noErrorOnUnmatchedPattern)$/;

const RANK_OF_LEVEL: Record<string, number> = {
  ...{ off: 0, '0': 0, false: 0, none: 0, allow: 0, ignore: 0, disabled: 0 },
  ...{ warn: 1, '1': 1, warning: 1, info: 1, hint: 1, information: 1 },
  ...{ error: 2, '2': 2, on: 2, true: 2, deny: 3, forbid: 3 },
};

const RULE =
  /(?:^|[.\]])(?:rules|lints|lint|linter|severity|report\w+)(?:[.[]|$)|(?:^|\.)report[A-Z]\w+$|error_code|^[A-Z]\w+\/\w+\.Enabled$|\/[\w-]+$|^@?[\w-]+\/[\w-]+/;

function strictness(difference: Difference): Finding | null {
  const { path, before, after } = difference;
  const old = before[0]?.toLowerCase() ?? '';
  const now = after[0]?.toLowerCase() ?? '';
  const found = strong('strictness-lowered', describe(difference));
  if (STRICT_FLAG.test(path) && isOn(old) && !isOn(now)) return found;
  if (STRICT_FLAG.test(path) && old === '' && isOff(now)) return found;
  if (LAX_FLAG.test(path) && !isOn(old) && isOn(now)) return found;
  const isLevel = Object.hasOwn(RANK_OF_LEVEL, now) && Object.hasOwn(RANK_OF_LEVEL, old);
  if (isLevel && (RANK_OF_LEVEL[now] ?? 0) < (RANK_OF_LEVEL[old] ?? 0)) {
    return RULE.test(path) || /^(?:off|warn|allow|ignore)/.test(now) ? found : null;
  }
  const isSwitchedOff = old === '' && /^(?:off|allow|ignore)$/.test(now);
  if (isSwitchedOff && RULE.test(path)) return found;
  return RULE.test(path) && /^(?:error|deny|forbid|2)$/.test(old) && now === '' ? found : null;
}

function isOn(value: string): boolean {
  return /^(?:true|1|yes|on)$/.test(value);
}

function isOff(value: string): boolean {
  return /^(?:false|0|no|off)$/.test(value);
}

/** Lists of what a check passes over. */
const LEFT_OUT =
  /(?:ignore\w*|exclude\w*|omit|disable[dr]?\w*|skip\w*|per-file-ignores.*|allow\w*|suppress\w*|norecursedirs|\w*IgnorePatterns|extend-ignore|extend-exclude|unfixable|nowarn)(?:\[\])*(?:\.[\w*/.-]+)?(?:\[\])*$/i;

/** What tools make, and nobody writes. */
const MADE =
  /(?:^|[/*"!])(?:dist|build|out|coverage|node_modules|vendor|target|\.\w+|__pycache__|generated|[\w*-]+\.lock|[\w*.-]+\.min\.\w+|[\w-]*lock\.(?:json|ya?ml))(?:$|[/*"])/;

/** Whether a list of what is left out has got longer by something that people write. */
export function gainedItems(
  before: readonly string[],
  after: readonly string[],
): { gained: string[]; isMade: boolean } {
  const known = new Set(before);
  const gained = after.filter((item) => !known.has(item));
  return { gained, isMade: gained.every((item) => MADE.test(item)) };
}

function leftOut({ path, before, after }: Difference): Finding | null {
  if (!LEFT_OUT.test(path)) return null;
  const { gained, isMade } = gainedItems(before, after);
  const telling = gained.filter((item) => !isOff(item));
  if (telling.length === 0 || telling.every(isOn)) return null;
  const detail = `${shortened(path, 60)}: ${shortened(telling.join(', '))} added`;
  return (isMade ? weak : strong)('ignore-list-grown', detail);
}

/** Lists of what a check looks at. */
const EXAMINED =
  /(?:^|\.)(?:select|extend-select|enable[d]?|include|includes|files|testMatch|testpaths|spec|test_paths|projects|collectCoverageFrom|plugins|checks|linters|extends|rules|testDir|roots|python_files|python_functions|packages|source)(?:\[\])*$/i;

function lessExamined(difference: Difference): Finding | null {
  const { path, before, after } = difference;
  if (!EXAMINED.test(path) || before.length === 0) return null;
  const now = new Set(after);
  const gone = before.filter((item) => !now.has(item));
  const isShorter = after.length < before.length && gone.length > 0;
  const isNegated = after.some((item) => item.startsWith('!') && !before.includes(item));
  if (!isShorter && !isNegated) return null;
  // A list that is not there any more may mean all, and another place may have it.
  return (after.length === 0 ? weak : strong)('strictness-lowered', describe(difference));
}

/** Options of a command that a setting holds. */
function disabled(difference: Difference): Finding | null {
  const after = difference.after.join(' ');
  const found = /\s|^-/.test(after) ? disablingIn(difference.before.join(' '), after) : null;
  return found === null
    ? null
    : strong('gate-configuration-changed', `${describe(difference)} (${found})`);
}
