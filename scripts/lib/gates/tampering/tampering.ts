/** Whether a change weakens what it is judged by: tests, scripts, configuration of checks, CI. */
import { basePathOf, examineFile } from './changed-file.ts';
import { compareTests, type TestChange } from './compare-tests.ts';
import { grouped } from './grouped.ts';
import { addedIgnores, canSilence } from './ignore-comments.ts';
import {
  type ChangedFile,
  type Finding,
  strong,
  type Tampering,
  tamperingKinds,
  weak,
} from './kinds.ts';
import { isTest, isTestByItsName, nameOf, roleOf, stemOf } from './names.ts';
import { languageOf } from './source.ts';
import { readTestFile } from './test-file.ts';

export {
  type ChangedFile,
  TAMPERING_WORDS,
  type Tampering,
  type TamperingKind,
  tamperingKinds,
} from './kinds.ts';
export { type Restoration, restoreGateFiles } from './restore.ts';

/** By names alone: whether the file's texts can say anything. */
export function mayBeTampering(file: ChangedFile): boolean {
  return [basePathOf(file), file.path].some((path) => {
    const role = roleOf(path);
    if (role === 'test' || role === 'other') return canSilence(path) && !LOCKFILE.test(path);
    return true;
  });
}

const LOCKFILE = /(^|[/-])(lock|pnpm-lock)\.ya?ml$/;

/**
 * What of the gates was weakened or changed, file by file in the order given. Where texts are missing, the names say
 * what they can. `commands` are the gates' own: a changed file that one of them names is a script.
 */
export function findTampering(
  files: readonly ChangedFile[],
  commands: readonly string[] = [],
): Tampering[] {
  const tests = files.flatMap((file) => testChangeOf(file, files));
  const found = [
    ...files.flatMap((file) =>
      [...examineFile(file, files), ...deletedByName(file), ...named(file, commands)].map(
        (finding) => ({ path: basePathOf(file), ...finding }),
      ),
    ),
    ...compareTests(tests),
    ...addedIgnores(files.flatMap(sourceChangeOf)),
  ];
  return inOrder(files, found);
}

/** A test that is gone, or can be read no longer, where its texts say nothing. */
function deletedByName(file: ChangedFile): Finding[] {
  const path = basePathOf(file);
  if (file.status === 'added' || roleOf(path) !== 'test') return [];
  const isGone = file.status === 'deleted' || !isTest(file.path);
  const isReadable = typeof file.before === 'string' && languageOf(path) !== null;
  if (isGone) return isReadable ? [] : [strong('test-deleted', 'the file is gone')];
  return isReadable && typeof file.after !== 'string'
    ? [strong('test-deleted', 'its content is no text of a readable size any more')]
    : [];
}

/** A program that a gate's command names runs the exam, whatever its own name is. */
function named({ path, status }: ChangedFile, commands: readonly string[]): Finding[] {
  const isNamed = commands.some((command) =>
    command.split(/[\s"'=;&|]+/).some((word) => word.replace(/^\.\//, '') === path),
  );
  if (!isNamed || status === 'added') return [];
  return [(status === 'deleted' ? strong : weak)('script-changed', 'a gate runs this file')];
}

/** A file with tests, for the comparison of all of them. */
function testChangeOf(file: ChangedFile, files: readonly ChangedFile[]): TestChange[] {
  const path = basePathOf(file);
  const { status, before, after } = file;
  const wasTest = status !== 'added' && isTested(path);
  const language = languageOf(path);
  const languageNow = languageOf(file.path);
  if (!wasTest && !(status === 'added' && isTested(file.path))) return [];
  const isStillTest = isTest(file.path) || !isTest(path);
  const isKnown =
    (status === 'added' || typeof before === 'string') &&
    (status === 'deleted' || typeof after === 'string' || !isStillTest);
  if (!isKnown || language === null) return [];
  const now = isStillTest && languageNow !== null && typeof after === 'string' ? after : null;
  return [
    {
      path,
      before: typeof before === 'string' ? readTestFile(before, language) : null,
      after: now === null || languageNow === null ? null : readTestFile(now, languageNow),
      isWhollyTest: isTest(path) || nameOf(path) === 'conftest.py',
      isRun: isTestByItsName(file.path),
      lostItsSource: !isTest(path) || files.some((other) => isSourceOf(other, path)),
    },
  ];
}

/** In Rust, tests stand beside what they test. */
function isTested(path: string): boolean {
  return isTest(path) || nameOf(path) === 'conftest.py' || languageOf(path) === 'rust';
}

/** `src/add.ts`, which went together with `test/add.test.ts`. */
function isSourceOf(file: ChangedFile, test: string): boolean {
  const stem = stemOf(test);
  return (
    file.status === 'deleted' &&
    !isTest(file.path) &&
    languageOf(file.path) !== null &&
    !/^(index|main|mod|lib|init|__init__)?$/.test(stem) &&
    stemOf(file.path) === stem
  );
}

function sourceChangeOf(file: ChangedFile) {
  const path = basePathOf(file);
  const { before = null, after = null, status } = file;
  if (!canSilence(path) && !canSilence(file.path)) return [];
  const isKnown =
    (status === 'added' || before !== null) && (status === 'deleted' || after !== null);
  return isKnown ? [{ path, now: file.path, before, after }] : [];
}

/** So many of one kind are told of one file; a model that deletes a thousand tests is not to flood a report. */
const MOST_OF_A_KIND = 20;

function inOrder(files: readonly ChangedFile[], found: readonly Tampering[]): Tampering[] {
  const byPath = grouped(found, ({ path }) => path);
  const paths = new Set(files.map(basePathOf));
  return [...paths].flatMap((path) => {
    const byKind = grouped(byPath.get(path) ?? [], ({ kind }) => kind);
    return tamperingKinds.flatMap((kind) => limited(byKind.get(kind) ?? []));
  });
}

function limited(found: readonly Tampering[]): Tampering[] {
  const [first] = found;
  if (first === undefined || found.length <= MOST_OF_A_KIND) return [...found];
  // Strong ones first: they must not be hidden behind many weak ones.
  const sorted = found.toSorted(
    (a, b) => Number(a.severity === 'weak') - Number(b.severity === 'weak'),
  );
  const more = found.length - MOST_OF_A_KIND;
  return [
    ...sorted.slice(0, MOST_OF_A_KIND),
    { ...first, severity: sorted[MOST_OF_A_KIND]?.severity ?? 'weak', detail: `and ${more} more` },
  ];
}
