/** Files that several everyday repositories share in kind: two functions, and their tests. */
import type { Files } from './sandbox.ts';

export const IGNORED = { '.gitignore': 'node_modules/\n' };

export const SUM = 'export const sum = (a, b) => a + b;\n';
export const WRONG_SUM = 'export const sum = (a, b) => a - b;\n';
export const PRODUCT = 'export const product = (a, b) => a * b;\n';

export function manifest(more: object): string {
  return `${JSON.stringify({ name: 'sums', version: '1.0.0', private: true, ...more }, null, 2)}\n`;
}

/** A test file of node:test: titles with what is true. */
export function nodeTest(imports: string, tests: Record<string, string>): string {
  const lines = Object.entries(tests).map(
    ([title, body]) => `test('${title}', () => assert.ok(${body}));\n`,
  );
  return `import assert from 'node:assert';\nimport { test } from 'node:test';\n${imports}\n${lines.join('')}`;
}

/** A linter of the project's own, that refuses tabs in a file. */
export function lintTool(file: string): Files {
  return {
    'tools/lint.mjs': `import { readFileSync } from 'node:fs';\nprocess.exitCode = readFileSync('${file}', 'utf8').includes('\\t') ? 1 : 0;\n`,
  };
}

/** A GitHub workflow for pushes with these commands. */
export function workflow(...commands: string[]): string {
  const steps = commands.map((command) => `      - run: ${command}\n`).join('');
  return `on:\n  push:\n  pull_request:\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n${steps}`;
}
