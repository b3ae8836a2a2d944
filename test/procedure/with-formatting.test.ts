import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoverGates } from '../../scripts/lib/gates/discover.ts';
import { writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { filesAt } from '../../scripts/lib/git/files-at.ts';
import { treeOf, writeTreeWith } from '../../scripts/lib/git/trees.ts';
import { compare } from '../../scripts/lib/procedure/compare.ts';
import { keepGateResults } from '../../scripts/lib/procedure/gate-record.ts';
import { withFormatting } from '../../scripts/lib/procedure/with-formatting.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession } from '../support/sessions.ts';

const BIOME = join(skillFolder, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

test('what the formatter of the project makes equal is no decision; what it does not is one', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({
    '.gitignore': 'node_modules\n',
    'package.json': JSON.stringify({ scripts: { 'format:check': 'biome format src' } }),
    'biome.json': JSON.stringify({ formatter: { indentStyle: 'space' } }),
    'src/style.js': 'export const sum = (a, b) => a - b;\n',
    'src/sense.js': 'export const sum = (a, b) => a - b;\n',
  });
  const program = join(at, 'node_modules', '.bin', 'biome');
  await mkdir(join(at, 'node_modules', '.bin'), { recursive: true });
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${BIOME}' "$@"\n`);
  await chmod(program, 0o755);
  const { repository, session } = await makeSession(at);
  const base = repository.head;
  const treeWith = async (style: string, sense: string) => {
    const [a = '', b = ''] = await writeBlobs(at, [Buffer.from(style), Buffer.from(sense)]);
    const entries = new Map([
      ['src/style.js', { mode: '100644', oid: a }],
      ['src/sense.js', { mode: '100644', oid: b }],
    ]);
    return writeTreeWith(at, await treeOf(at, base), entries);
  };
  const candidates = [
    {
      model: 'claude',
      tree: await treeWith(
        'export const sum = (a, b) => [a, b].join("+");\n',
        'export const sum = (a, b) => [a, b].join("+");\n',
      ),
    },
    {
      model: 'gpt',
      tree: await treeWith(
        "export const sum = (a, b) =>\n  [ a, b, ].join('+')\n",
        "export const sum = (a, b) =>\n  [ b, a, ].join('+')\n",
      ),
    },
  ];
  const warnings: string[] = [];
  const reporter = { progress() {}, board() {}, warn: (text: string) => warnings.push(text) };
  const signal = new AbortController().signal;
  const raw = await compare(repository, base, candidates);
  assert.is(raw.questions.length, 2);
  const before = await withFormatting(repository, session, 1, raw, signal, reporter);
  assert.is(before, raw, 'no gates were run, so nothing is run here');

  const { gates } = await discoverGates(filesAt(at, base));
  await keepGateResults(session, 1, { gates, named: false }, []);
  const after = await withFormatting(repository, session, 1, raw, signal, reporter);
  const agreements = after.files.map(({ path, agreement }) => [path, agreement]);
  assert.equal(agreements, [
    ['src/sense.js', 'conflict'],
    ['src/style.js', 'format-only'],
  ]);
  assert.equal(
    after.questions.map(({ path }) => path),
    ['src/sense.js'],
  );
  assert.equal(warnings, []);
  assert.is(await box.git(at, 'status', '--porcelain'), '');
});

test.run();
