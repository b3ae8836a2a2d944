import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import glob from 'fast-glob';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CodeFacts } from '../../scripts/lib/code/code-facts.ts';
import { languageOf } from '../../scripts/lib/code/language.ts';
import { readCode } from '../../scripts/lib/code/read-code.ts';
import { importContext, resolveImport } from '../../scripts/lib/code/resolve-import.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';

const paths = await glob('scripts/**', { cwd: skillFolder, dot: true });
const facts = await readCode(
  paths
    .filter((path) => languageOf(path) !== null)
    .map((path) => ({ path, text: readFileSync(join(skillFolder, path), 'utf8') })),
);
const project = importContext(paths);

/** Whether a file offers a name, by itself or from another. */
function offers(path: string, name: string, seen = new Set<string>()): boolean {
  const file = facts.get(path);
  if (file === undefined || seen.has(path)) return false;
  seen.add(path);
  if (name === '*' || file.exports.some((it) => it.name === name)) return true;
  return file.passedOn.some((specifier) => {
    const next = resolveImport(path, specifier, file.language, project);
    return next.kind === 'file' && offers(next.path, name, seen);
  });
}

test('every file of this repository is understood as a whole', () => {
  assert.ok(facts.size > 200);
  const damaged = [...facts].filter(([, { isDamaged }]) => isDamaged).map(([path]) => path);
  assert.equal(damaged, []);
});

test('every import leads somewhere, and every name that is imported is exported there', () => {
  const wrong: string[] = [];
  let names = 0;
  for (const [path, file] of facts) {
    for (const line of file.imports.flatMap((it) => wrongIn(path, file, it))) wrong.push(line);
    names += file.imports.reduce((sum, it) => sum + it.names.length, 0);
  }
  assert.equal(wrong, []);
  assert.ok(names > 1000);
});

function wrongIn(
  path: string,
  file: CodeFacts,
  { specifier, names, line }: CodeFacts['imports'][0],
) {
  const found = resolveImport(path, specifier, file.language, project);
  if (found.kind === 'package' || found.kind === 'builtin') return [];
  if (found.kind !== 'file') return [`${path}:${line} ${specifier}: ${found.kind}`];
  if (!facts.has(found.path)) return [];
  return names
    .filter((name) => !offers(found.path, name))
    .map((name) => `${path}:${line} ${specifier}: no ${name}`);
}

test('what is imported, or used from elsewhere, is not said to be declared', () => {
  const file = facts.get('scripts/lib/code/read-code.ts');
  assert.ok(file?.uses.includes('languageOf'));
  assert.equal(file?.declares.includes('languageOf'), false);
  assert.equal(
    file?.exports.map(({ name, signature }) => [name, signature]),
    [
      [
        'readCode',
        'function readCode(files: readonly { path: string; text: string }[]): Promise<Map<string, CodeFacts>>',
      ],
    ],
  );
});

test.run();
