import { NODE_UNLOADED, nameOf, type Runner, type Test } from './runner.ts';

export const uvu: Runner = {
  name: 'uvu',
  // Its total leaves out what was skipped.
  summaries: [
    {
      pattern: /^[ \t]*Total:[ \t]+(\d+)\n[ \t]*Passed:[ \t]+(\d+)\n[ \t]*Skipped:[ \t]+\d+$/gm,
      count: ([, total, passed]) => ({
        ran: Number(total),
        failed: Number(total) - Number(passed),
      }),
    },
  ],
  names: readFailures,
  unloaded: NODE_UNLOADED,
};

/** The tests that uvu names: those that failed, each with its suite and, where uvu's own command ran, its file. */
function readFailures(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^ +Total: +\d+$/.test(line))) return [];
  const tests: Test[] = [];
  let file: string[] = [];
  for (const line of lines) {
    if (/^\S+\.[cm]?[jt]sx?$/.test(line)) file = [line];
    if (!line.startsWith('   FAIL  ') || !line.endsWith('"')) continue;
    const text = line.slice('   FAIL  '.length, -1);
    const quote = text.startsWith('"') ? 0 : text.indexOf('  "') + 2;
    if (quote === 1) continue;
    const suite = text.slice(0, quote).trim();
    const parts = [...file, ...(suite === '' ? [] : [suite]), text.slice(quote + 1)];
    tests.push({ name: nameOf(parts), outcome: 'failed' });
  }
  return tests;
}
