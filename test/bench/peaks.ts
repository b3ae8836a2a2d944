/** Runs a script and watches how much memory it takes. Linux only: it is read in /proc. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import type { Sandbox } from '../support/sandbox.ts';

const LOOK_EVERY_MS = 10;
/**
 * Loaded in front of a script: writes down how much memory this process took at most. Not by
 * process.resourceUsage(), which counts what the parent had when it started this one.
 */
const WRITE_PEAK = `data:text/javascript,${encodeURIComponent(`
import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(process.env.MM_BENCH_PEAK, readFileSync('/proc/self/status')));
`)}`;

/** In megabytes. */
export interface Peaks {
  own: number;
  largestChild: number;
}

/** Our own process says its peak itself when it exits; those of its children are looked at while they run. */
export async function peaksOf(
  { folder, env }: Sandbox,
  cwd: string,
  words: string[],
): Promise<Peaks> {
  const file = join(folder, 'peak');
  let largestChild = 0;
  const look = setInterval(() => {
    const peaks = descendants(process.pid).slice(1).map(peakOfProcess);
    largestChild = Math.max(largestChild, ...peaks);
  }, LOOK_EVERY_MS);
  const { exitCode, stderr } = await runCommand({
    file: process.execPath,
    args: ['--import', WRITE_PEAK, launcher, ...words],
    cwd,
    env: { ...env, MM_BENCH_PEAK: file },
  });
  clearInterval(look);
  if (exitCode !== 0) throw new Error(`${words.join(' ')}: ${exitCode}: ${stderr}`);
  return { own: peakIn(await readFile(file, 'utf8')), largestChild };
}

/** Process ids below a process, the nearer ones first. */
function descendants(pid: number): number[] {
  const children = readProcess(pid, `task/${pid}/children`).trim().split(' ').filter(Boolean);
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

function peakOfProcess(pid: number): number {
  return peakIn(readProcess(pid, 'status'));
}

/** Empty when it has ended. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function peakIn(status: string): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
