/**
 * Releases of real libraries as tasks: base is a version as its registry has it, the hidden tests are those of the next
 * one. What models make of it is written as edits of those texts, so that no code of others lies here.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installed, npmInstall } from '../support/everyday-installs.ts';
import type { RankedProject } from './projects.ts';

/** Path to content. */
export type Texts = Record<string, string>;

const RELEASES = {
  'fastq-1.16.0': 'fastq@1.16.0',
  'fastq-1.17.0': 'fastq@1.17.0',
  'json-stable-stringify-1.0.2': 'json-stable-stringify@1.0.2',
  'json-stable-stringify-1.1.0': 'json-stable-stringify@1.1.0',
  'minimist-1.0.0': 'minimist@1.0.0',
  'minimist-1.1.0': 'minimist@1.1.0',
  'minimist-1.1.1': 'minimist@1.1.1',
  'minimist-1.2.0': 'minimist@1.2.0',
  'minimist-1.2.5': 'minimist@1.2.5',
  'minimist-1.2.6': 'minimist@1.2.6',
  'object-inspect-1.7.0': 'object-inspect@1.7.0',
  'object-inspect-1.8.0': 'object-inspect@1.8.0',
  'shell-quote-1.6.3': 'shell-quote@1.6.3',
  'shell-quote-1.7.0': 'shell-quote@1.7.0',
  'shell-quote-1.8.0': 'shell-quote@1.8.0',
  'shell-quote-1.8.1': 'shell-quote@1.8.1',
};

export type Release = keyof typeof RELEASES;

/** A task: what the next version did. */
export interface Library {
  name: string;
  from: Release;
  to: Release;
  /** Names of the test files that run with this tape and this Node; none named: all. */
  tests?: string[];
  /** Base's test files that are red with them. */
  leftOut?: string[];
  /** What is committed beside the release. */
  more?: Texts;
  models: (base: Texts, next: Texts) => RankedProject['models'];
  right: string[];
  never?: string[];
  mistaken?: string;
}

/** One installation for all: tape is an old version, as newer ones bring 4,000 files along. */
const INSTALLATION = npmInstall({
  'package.json': JSON.stringify({
    private: true,
    dependencies: {
      tape: '3.6.1',
      ...Object.fromEntries(Object.entries(RELEASES).map(([to, from]) => [to, `npm:${from}`])),
    },
  }),
});

/** Where all releases, and what they and their tests require, are installed. */
export async function librariesFolder(): Promise<string> {
  return join(await installed(INSTALLATION), 'node_modules');
}

/** Sources, manifest, documents and those tests that are asked for. */
export async function readRelease(
  folder: string,
  release: Release,
  tests: (name: string) => boolean,
): Promise<Texts> {
  const top = join(folder, release);
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name).slice(top.length + 1));
  const wanted = paths.filter(
    (path) =>
      /^[\w.-]+\.(?:js|json|md|markdown)$/.test(path) ||
      (/^test\/\w+\.js$/.test(path) && tests(path.slice('test/'.length, -'.js'.length))),
  );
  const texts = wanted.sort().map(async (path) => [path, await readFile(join(top, path), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

/** @throws Error where a text to be replaced is not there: the release is another one than was thought */
export function edited(text: string | undefined, ...edits: [from: string, to: string][]): string {
  return edits.reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`nothing to replace: ${from}`);
    return all.replaceAll(from, () => to);
  }, text ?? '');
}

/** A test file of a model, by name of the tests. */
export function tapeFile(imports: string, tests: Texts): string {
  const body = Object.entries(tests).map(
    ([name, code]) => `test('${name}', function (t) {\n  ${code}\n  t.end();\n});\n`,
  );
  return `var test = require('tape');\n${imports}\n\n${body.join('\n')}`;
}

/** Runs all tests of a folder in one process, for gates and for the hidden tests. */
export const runTape = (folder: string) => `const { readdirSync } = require('node:fs');
for (const file of readdirSync('${folder}').sort()) require('./${folder}/' + file);
`;
