/** Comments and attributes that silence a check, in any program. */
import { strong, type Tampering, weak } from './kinds.ts';
import { isTest } from './names.ts';
import { languageOf, scanSource } from './source.ts';

interface Silencer {
  name: string;
  pattern: RegExp;
  /** It is code, not a comment. */
  isCode?: boolean;
}

const comment = (name: string, pattern: RegExp): Silencer => ({ name, pattern });
const inCode = (name: string, pattern: RegExp): Silencer => ({ name, pattern, isCode: true });

/** Those that silence more stand by themselves: one may not become the other unseen. */
const SILENCERS: readonly Silencer[] = [
  comment('eslint-disable', /\beslint-disable(?!-(?:next-)?line)\b/g),
  comment('eslint-disable-line', /\beslint-disable-(?:next-)?line\b/g),
  comment('eslint rule', /\/\*\s{0,20}eslint\s[^*]{0,300}(?:\boff\b|:\s{0,5}["[]{0,2}0)/g),
  comment('biome-ignore', /\bbiome-ignore(?!-(?:all|start))\b/g),
  comment('biome-ignore-all', /\bbiome-ignore-(?:all|start)\b/g),
  comment('oxlint-disable', /\boxlint-disable\b/g),
  comment('deno-lint-ignore', /\bdeno-(?:lint|fmt)-ignore\b/g),
  comment('tslint:disable', /\btslint:disable\b/g),
  comment('jshint ignore', /\b(?:jshint|jscs|standard)[ :-]?(?:ignore|disable)\b/g),
  comment('@ts-ignore', /@ts-(?:ignore|expect-error)\b/g),
  comment('@ts-nocheck', /@ts-nocheck\b/g),
  comment('prettier-ignore', /\bprettier-ignore\b/g),
  comment('stylelint-disable', /\bstylelint-disable\b/g),
  comment('coverage ignore', /\b(?:istanbul|c8|v8|node:coverage)\s{1,5}(?:ignore|disable)\b/g),
  comment('noqa', /#\s{0,5}noqa:\s{0,5}[A-Z]/gi),
  comment('noqa for all rules', /#\s{0,5}noqa\b(?!:\s{0,5}[A-Z])/gi),
  comment('ruff: noqa', /\b(?:ruff|flake8):\s{0,5}(?:noqa|disable)\b/gi),
  comment('type: ignore', /#\s{0,5}(?:type|ty):\s{0,5}ignore\b/g),
  comment('mypy:', /#\s{0,5}mypy:\s{0,5}(?:ignore|disable|allow)/g),
  comment(
    'pyright: ignore',
    /#\s{0,5}(?:basedp|p)yright:\s{0,5}(?:ignore|basic|report\w{1,60}\s{0,5}=\s{0,5}(?:false|none))/g,
  ),
  comment('pylint: disable', /\bpylint:\s{0,5}(?:disable|skip-file)/g),
  comment('pragma: no cover', /\bpragma:\s{0,5}no[ -](?:cover|branch|mutate)\b/g),
  comment('fmt: off', /#\s{0,5}(?:fmt|isort|yapf|black):\s{0,5}(?:off|skip|disable)/g),
  comment('nosec', /#\s{0,5}nosec\b/g),
  comment('nolint', /\/\/\s{0,5}nolint\b|\bNOLINT\w{0,20}/g),
  comment('lint:ignore', /\/\/\s{0,3}(?:lint|staticcheck):(?:file-)?ignore\b|#nosec\b/g),
  comment('rubocop:disable', /\brubocop:(?:disable|todo)\b/g),
  comment(':nocov:', /:nocov:/g),
  comment('phpcs:ignore', /\b(?:phpcs:(?:ignore|disable)|codingStandardsIgnore\w{1,20})\b/g),
  comment('@phpstan-ignore', /@(?:phpstan-ignore|psalm-suppress|codeCoverageIgnore)/g),
  comment('NOSONAR', /\bNOSONAR\b/g),
  comment(
    'checkstyle',
    /\b(?:CHECKSTYLE|spotless)[: ]\s{0,5}off\b|\bnoinspection\b|\bktlint-disable\b|\bswiftlint:disable\b|\bclang-format off\b|\bcredo:disable\b|\bshellcheck disable\b|\byamllint disable\b|\bcodespell:ignore\b/gi,
  ),
  inCode('#[allow(', /#!?\[\s{0,9}(?:allow|expect)\s{0,9}\(/g),
  inCode(
    '#[rustfmt::skip]',
    /#!?\[\s{0,9}(?:rustfmt::skip|coverage\(off\)|cfg_attr\([^()]{0,100}allow)/g,
  ),
  inCode('@SuppressWarnings', /@(?:file:)?Suppress(?:Warnings|FBWarnings|Lint)?\s{0,9}\(/g),
  inCode(
    '#pragma warning disable',
    /#pragma\s{1,9}(?:warning\s{1,9}disable|GCC\s{1,9}diagnostic\s{1,9}ignored|clang\s{1,9}diagnostic\s{1,9}ignored)/g,
  ),
  inCode(
    '[SuppressMessage]',
    /\[\s{0,9}(?:assembly:\s{0,9})?(?:SuppressMessage|ExcludeFromCodeCoverage)\b/g,
  ),
];

/** Languages without a scanner of their own, whose text is taken as it is. */
const OTHER_SOURCE =
  /\.(vue|svelte|astro|html?|css|scss|sass|less|graphql|lua|pl|clj|hs|ml|tf|sql|jl|r|zig|nix)$/i;

/** Whether comments of a file can silence a check. */
export function canSilence(path: string): boolean {
  return languageOf(path) !== null || OTHER_SOURCE.test(path);
}

/** One changed program with both its texts; null: it was not there. */
export interface SourceChange {
  path: string;
  /** Where it is now, by which its language is known. */
  now: string;
  before: string | null;
  after: string | null;
}

/** What silences more than before; what merely moved, within a file or into another one, is nothing. */
export function addedIgnores(changes: readonly SourceChange[]): Tampering[] {
  const counted = changes.map((change) => {
    const old = change.before === null ? null : countIn(change.path, change.before);
    const now = change.after === null ? null : countIn(change.now, change.after);
    return { change, old, now };
  });
  return SILENCERS.flatMap(({ name }) => {
    let moved = counted.reduce(
      (sum, { old, now }) => sum + Math.max(0, (old?.get(name) ?? 0) - (now?.get(name) ?? 0)),
      0,
    );
    return counted.flatMap(({ change, old, now }) => {
      const before = old?.get(name) ?? 0;
      const after = now?.get(name) ?? 0;
      const gained = Math.max(0, after - before);
      const taken = Math.min(moved, gained);
      moved -= taken;
      if (gained === taken) return [];
      return [{ path: change.path, ...finding(name, before, after, change) }];
    });
  });
}

/** In a new file nothing of base's is silenced; in a test it is the test that is looked at less, not what it tests. */
function finding(name: string, before: number, after: number, { before: text, now }: SourceChange) {
  if (text === null) return weak('ignore-comment-added', `${name}: ${after} in a new file`);
  const detail = `${name}: ${before} before, ${after} now`;
  return (isTest(now) ? weak : strong)('ignore-comment-added', detail);
}

function countIn(path: string, text: string): Map<string, number> {
  const language = languageOf(path);
  const source = language === null ? null : scanSource(text, language);
  const comments =
    source?.comments.map(({ start, end }) => text.slice(start, end)).join('\n') ?? text;
  const shape = source?.shape ?? text;
  return new Map(
    SILENCERS.map(({ name, pattern, isCode }) => [
      name,
      [...(isCode ? shape : comments).matchAll(pattern)].length,
    ]),
  );
}
