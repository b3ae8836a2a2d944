// Loaded in front of a script by memory.ts: writes down how much memory this process took at most. Not by
// process.resourceUsage(), which counts what the parent had when it started this one.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () =>
  writeFileSync(process.env.MM_BENCH_PEAK, readFileSync('/proc/self/status')),
);
