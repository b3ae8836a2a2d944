/**
 * Runs every test file of a tier in a process of its own, each with a time limit, and one more at a time than there are
 * cores, because a fifth of the time is waiting: `run-tests.ts` the quick tier, `--all` the rest, or the files that match
 * the given patterns. uvu by itself exits 0 when a hook throws, when run() is forgotten or when no file matches, so a file
 * counts only if it exits 0 and says that all of at least one test passed. Ends with the line `N passed, N failed`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import glob from 'fast-glob';
import { inParallel } from '../../scripts/lib/process/in-parallel.ts';
import { superviseCommand } from '../../scripts/lib/process/supervise.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { compiledFolder } from './compiled.ts';

/** What hangs is ended; many times what a file takes on a busy machine. */
const FILE_LIMIT_MS = 20 * 60_000;
const AT_ONCE = availableParallelism() + 1;
/** As measured; README.md and CONTRIBUTING.md say the same. */
const QUICK_MINUTES = 3;
const SLOW_MINUTES = 8;

interface FileResult {
  passed: number;
  failed: number;
}

const isRest = process.argv.includes('--all');
const patterns = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const all = await glob(patterns.length > 0 ? patterns : ['test/**/*.test.ts'], {
  cwd: skillFolder,
});
const files = all.filter((file) => patterns.length > 0 || isSlow(file) === isRest);
console.log(announcement());
// The slowest first, so that none of them is left alone at the end.
files.sort((a, b) => Number(isLong(b)) - Number(isLong(a)) || a.localeCompare(b));
/** Files have process groups of their own: a Ctrl-C at the terminal does not reach them. */
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interruption.abort(new Error(`Interrupted by ${signal}.`)));
const logs = await mkdtemp(join(tmpdir(), 'mm-tests-'));
try {
  const results = await inParallel(AT_ONCE, files, runFile);
  const sum = (count: (result: FileResult) => number) =>
    results.reduce((total, it) => total + count(it), 0);
  const [passed, failed] = [sum((it) => it.passed), sum((it) => it.failed)];
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = files.length > 0 && passed > 0 && failed === 0 ? 0 : 1;
} finally {
  await rm(logs, { recursive: true, force: true });
}

function announcement(): string {
  const running = `Running ${files.length} test files, ${AT_ONCE} at a time`;
  if (patterns.length > 0) return `${running}.`;
  const [tier, minutes] = isRest
    ? ['the slow tier', SLOW_MINUTES]
    : ['the quick tier', QUICK_MINUTES];
  return `${running}: ${tier}, about ${minutes} minutes on two quiet cores.`;
}

function isSlow(file: string): boolean {
  return /^test\/(awkward|cli|crash|end-to-end|everyday|installed)\//.test(file);
}

function isLong(file: string): boolean {
  return /awkward|bad-input|bundle|cross-tests|crash|formatted|guard|launcher|libraries|main-tree|models\/run|next-pass|procedure\.|report\/report|user-changes/.test(
    file,
  );
}

async function runFile(file: string): Promise<FileResult> {
  interruption.signal.throwIfAborted();
  const log = join(logs, `${file.replaceAll('/', '-')}.log`);
  const end = await superviseCommand({
    file: process.execPath,
    args: ['--enable-source-maps', join(compiledFolder, file.replace(/\.ts$/, '.mjs'))],
    cwd: skillFolder,
    env: testEnvironment(),
    stdoutFile: log,
    stderrFile: log,
    timeoutMs: FILE_LIMIT_MS,
    signal: interruption.signal,
    mark: `test=${file}-${process.pid}`,
  });
  const output = await readFile(log, 'utf8');
  const total = count(output, 'Total');
  const passed = count(output, 'Passed');
  const isGreen = end.endedBy === 'itself' && end.exitCode === 0 && total > 0 && passed === total;
  const seconds = end.durationMs / 1000;
  console.log(
    `${isGreen ? 'ok  ' : 'FAIL'} ${file} (${passed} of ${total}, ${seconds.toFixed(1)} s)`,
  );
  if (isGreen) return { passed, failed: 0 };
  console.log(output.replaceAll(/^/gm, '     '));
  if (end.endedBy === 'timeout')
    console.log(`     ${file} was ended after ${FILE_LIMIT_MS / 60_000} minutes.`);
  return { passed, failed: Math.max(1, total - passed) };
}

/** Tests see none of the caller's agent session, configuration or git redirections. */
function testEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(GIT_|MM_|CLAUDE|GEMINI|CODEX|AI_AIP)/.test(name),
    ),
  );
}

function count(output: string, label: string): number {
  const plain = stripVTControlCharacters(output);
  return [...plain.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}
