import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findTampering, type TamperingKind } from '../../scripts/lib/gates/tampering.ts';

const changes: [status: string, path: string, old: string | null, TamperingKind | null][] = [
  ['deleted', 'test/a.test.ts', null, 'test-deleted'],
  ['deleted', 'src/__tests__/a.ts', null, 'test-deleted'],
  ['deleted', 'src/__snapshots__/a.snap', null, 'test-deleted'],
  ['deleted', 'src/a.spec.tsx', null, 'test-deleted'],
  ['deleted', 'pkg/a_test.go', null, 'test-deleted'],
  ['deleted', 'app/test_a.py', null, 'test-deleted'],
  ['deleted', 'src/main/ATest.java', null, 'test-deleted'],
  ['deleted', 'src/latest.ts', null, null],
  ['deleted', 'src/contest/a.ts', null, null],
  ['modified', 'test/a.test.ts', null, null],
  ['renamed', 'old/a.ts', 'test/a.test.ts', 'test-deleted'],
  ['renamed', 'test/unit/a.test.ts', 'test/a.test.ts', null],
  ['renamed', 'vitest.config.old', 'vitest.config.ts', 'gate-configuration-changed'],
  ['modified', 'biome.json', null, 'gate-configuration-changed'],
  ['modified', 'packages/a/tsconfig.build.json', null, 'gate-configuration-changed'],
  ['modified', '.eslintrc.cjs', null, 'gate-configuration-changed'],
  ['deleted', '.prettierignore', null, 'gate-configuration-changed'],
  ['modified', 'tests/conftest.py', null, 'gate-configuration-changed'],
  ['type-changed', 'pytest.ini', null, 'gate-configuration-changed'],
  ['modified', '.multi-model.json', null, 'gate-configuration-changed'],
  ['modified', '.github/workflows/ci.yml', null, 'ci-changed'],
  ['deleted', '.gitlab-ci.yml', null, 'ci-changed'],
  ['modified', '.ci/run', null, 'ci-changed'],
  ['modified', 'package.json', null, 'manifest-changed'],
  ['modified', 'packages/a/package.json', null, 'manifest-changed'],
  ['deleted', 'Makefile', null, 'manifest-changed'],
  ['modified', 'package-lock.json', null, null],
  ['added', 'vitest.config.ts', null, null],
  ['added', '.github/workflows/ci.yml', null, null],
  ['added', 'test/b.test.ts', null, null],
  ['modified', 'src/package.json.ts', null, null],
];
for (const [status, path, old_path, kind] of changes) {
  test(`${status} ${old_path ?? ''} ${path}: ${kind ?? 'no tampering'}`, () => {
    assert.equal(
      findTampering([{ path, old_path, status }]),
      kind === null ? [] : [{ path: old_path ?? path, kind }],
    );
  });
}

test.run();
