/** What a mix of a search costs after the first one, in multiples of its gates: dependencies are not copied again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate } from '../../scripts/lib/gates/gate.ts';
import { writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { writeTreeWith } from '../../scripts/lib/git/trees.ts';
import { proveTree } from '../../scripts/lib/procedure/prove.ts';
import { withScratchWorktree } from '../../scripts/lib/procedure/scratch-worktree.ts';
import { readNeeds } from '../../scripts/lib/procedure/worktree-needs.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession } from '../support/sessions.ts';
import type { Measured } from './run-bench.ts';

const BOUND = 1.15;
const MIXES = 5;
/** 400 MB in 20 000 files. */
const PACKAGES = 200;
const FILES = 100;
const BYTES = 20_000;

/** As long as quick gates of real projects; the test leaves what tests leave. */
const GATES: Gate[] = (
  [
    ['lint', 'linter', 40],
    ['test', 'test', 90],
  ] as const
).map(([name, kind, twentieths]) => ({
  ...{ name, kind, cwd: '.', source: 'bench' },
  command: `node -e "let x = 0; for (let i = 0; i < ${twentieths} * 1e7; i++) x = (x + i) % 7; console.log(x)"; mkdir -p dist node_modules/.cache; date > dist/${name}; date > node_modules/.cache/${name}`,
}));

export async function search(): Promise<Measured[]> {
  await using box = await ownSandbox();
  const files = Object.fromEntries(
    Array.from({ length: 2000 }, (_, at) => [`src/${at % 40}/${at}.js`, `export default ${at};\n`]),
  );
  const at = await box.repository({ ...files, '.gitignore': 'node_modules\ndist\n' });
  for (let one = 0; one < PACKAGES; one++) {
    mkdirSync(join(at, 'node_modules', `package-${one}`), { recursive: true });
    for (let file = 0; file < FILES; file++)
      writeFileSync(
        join(at, 'node_modules', `package-${one}`, `${file}.js`),
        Buffer.alloc(BYTES, file),
      );
  }
  const { repository, session } = await makeSession(at, { models: [] });
  const quiet = { progress: () => undefined, board: () => undefined, warn: () => undefined };
  const needs = await readNeeds(repository, session);
  const { base } = session.data;
  const { signal } = new AbortController();
  const costs: { ms: number; floorMs: number }[] = [];
  await withScratchWorktree(repository, session, needs, quiet, async (scratch) => {
    const exam = { repository, session, pass: 1, base, gates: GATES, timeoutMs: 600_000 };
    for (let mix = 0; mix <= MIXES; mix++) {
      const [oid = ''] = await writeBlobs(at, [Buffer.from(`export default 'mix ${mix}';\n`)]);
      const entry = { mode: '100644', oid };
      const tree = await writeTreeWith(at, base, new Map([['src/0/0.js', entry]]));
      const started = performance.now();
      const all = { ...exam, signal, known: [], needs, scratch };
      const { gates } = await proveTree(all, tree, quiet, { trial: { always: 1 } });
      const ms = performance.now() - started;
      costs.push({ ms, floorMs: gates.reduce((sum, gate) => sum + gate.duration_ms, 0) });
    }
  });
  const later = costs.slice(1).sort((a, b) => a.ms / a.floorMs - b.ms / b.floorMs);
  const { ms = 0, floorMs = 1 } = later[Math.floor(later.length / 2)] ?? {};
  return [{ name: 'a mix after the first, over its gates', ms, floorMs, bound: BOUND }];
}
