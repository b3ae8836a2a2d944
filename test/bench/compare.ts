/**
 * What it costs to compare ten models that changed 2 000 files each in a repository of 10 000, in multiples of git's own
 * patches of the ten captures. A part of the edits is the same for all, a part lies side by side in a file, a part
 * excludes each other, and a part is of one model alone.
 */
import { join } from 'node:path';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { bareGit } from './bare-git.ts';
import { peaksOf } from './peaks.ts';
import { compareSides } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const FILES = 10_000;
const MODELS = 10;
const ROUNDS = 5;
const BOUND = 3;
const BOUND_MB = 200;

/** 40 lines, and no two files alike. */
function contentOf(file: number): string {
  const lines = Array.from(
    { length: 10 },
    (_, part) =>
      `export function part${part}Of${file}(input, options) {\n  const value = read(input, ${part + file});\n  return options.strict ? check(value) : value;\n}\n`,
  );
  return lines.join('');
}

const pathOf = (file: number) => `src/area-${file % 100}/file-${file}.ts`;

/** A model: it replaces whole lines of files, and adds some files. */
const MODEL = `
import { readFileSync, writeFileSync } from 'node:fs';
const pathOf = ${pathOf};
const edit = (file, line, text) => {
  const lines = readFileSync(pathOf(file), 'utf8').split('\\n');
  lines[line] = text;
  writeFileSync(pathOf(file), lines.join('\\n'));
};
for (let file = 0; file < 700; file++) edit(file, 5, '  const value = readSafely(input, 1);');
for (let file = 700; file < 1200; file++) edit(file, 9, '  const value = read' + MODEL + '(input);');
for (let file = 1200; file < 1600; file++) edit(file, MODEL * 4 + 1, '  const value = readOnce(input);');
for (let file = 2000 + MODEL * 300; file < 2300 + MODEL * 300; file++) {
  edit(file, 1, '  const value = readAgain(input);');
  edit(file, 33, '  const other = readLater(input);\\n  log(other);');
}
for (let file = 0; file < 100; file++)
  writeFileSync('src/area-' + file + '/new-' + MODEL + '.ts', 'export const added' + file + ' = ' + MODEL + ';\\n'.repeat(20));
`;

export async function compare(): Promise<Measured[]> {
  await using box = await sandbox();
  const { cwd, base, trees } = await tenModels(box);
  const patches = async () => {
    for (const tree of trees)
      await bareGit(cwd, ['diff-tree', '-r', '-p', base, tree], {
        into: join(box.folder, 'floor'),
      });
  };
  const measured: Measured[] = [];
  for (const words of [['compare'], ['compare', '--suggest']]) {
    const name = `${words.join(' ')}, 10 x 2 000 files`;
    const ours = { steps: [() => run(box, cwd, ...words)] };
    const floor = { steps: [patches] };
    measured.push(
      ...(await compareSides([{ name, bound: BOUND }], ours, floor, { rounds: ROUNDS })),
    );
    if (process.platform !== 'linux') continue;
    const { own, largestChild } = await peaksOf(box, cwd, words);
    measured.push(
      { name: `${name} (Linux)`, megabytes: own, bound: BOUND_MB },
      { name: '  the largest git in it', megabytes: largestChild, bound: null },
    );
  }
  return measured;
}

/** A session with ten captures, gated by a gate that costs nothing. */
export async function tenModels(box: Sandbox) {
  const names = Array.from({ length: MODELS }, (_, at) => `model-${at}`);
  const codes = names.map((name, at) => [name, `const MODEL = ${at};\n${MODEL}`]);
  const gates = { test: 'true' };
  const files = Array.from({ length: FILES }, (_, at) => [pathOf(at), contentOf(at)]);
  const cwd = await box.repository({
    ...Object.fromEntries(files),
    ...(await scriptedModels(box.folder, Object.fromEntries(codes), { gates })),
  });
  const { base } = await run(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  await run(box, cwd, 'make-worktrees');
  await run(box, cwd, 'run-model', '--all');
  const { captures } = await run(box, cwd, 'capture-diff', '--all');
  await run(box, cwd, 'gates', '--all', '--base');
  return { cwd, base, trees: captures.map(({ tree }: Json) => tree) as string[] };
}

async function run(box: Sandbox, cwd: string, ...words: string[]): Promise<Json> {
  const { exitCode, json, stderr } = await box.mm(cwd, ...words);
  if (exitCode !== 0) throw new Error(`${words.join(' ')}: ${json.error?.message}\n${stderr}`);
  return json;
}
