/** Files of three models: versions that exclude each other, a rename, a test, and what agrees; what is suggested. */
import type {
  ReportComparison,
  ReportFile,
  ReportSuggestion,
  ReportVersion,
} from '../../scripts/lib/report/report-data.ts';

export function version(name: string, facts: Partial<ReportVersion> = {}): ReportVersion {
  return {
    ...{ models: [name], status: 'modified', old_path: null, new_path: null, mode: '100644' },
    ...{ binary: false, additions: 3, deletions: 1 },
    patch: { facts: [], lines: ['@@ -1 +1 @@', '-old', '+new'], line_count: 3 },
    diff: { path: `diffs/${name}.diff`, what: 'the whole diff' },
    ...facts,
  };
}

export function file(facts: Partial<ReportFile> & Pick<ReportFile, 'path'>): ReportFile {
  return {
    ...{ is_test: false, origin: null, moved_to: null, agreement: 'single', versions: [] },
    ...facts,
  };
}

const retryHunk = [
  '@@ -12,9 +12,14 @@ export class Client {',
  '   async fetch(url: string): Promise<Response> {',
  '-    const response = await this.transport.get(url);',
  '-    if (!response.ok) throw new HttpError(response.status);',
  '-    return response;',
  '+    for (let attempt = 1; ; attempt++) {',
  '+      const response = await this.transport.get(url);',
  '+      if (response.ok) return response;',
  '+      const retryable = response.status === 429 || response.status >= 500; // 4xx will not get better, whatever we do and however long we wait for it',
  '+      if (!retryable || attempt === this.limit) throw new HttpError(response.status);',
  '+      await sleep(this.backoff(attempt));',
  '+    }',
  '   }',
];

const gone = { status: 'deleted', mode: null, patch: null };

const logo = {
  gemini: version('gemini', { binary: true, patch: { facts: [], lines: [], line_count: 0 } }),
  gpt: version('gpt', { ...gone, new_path: 'public/logo.png' }),
};

export const comparison: ReportComparison = {
  ...{ models: ['claude', 'gemini', 'gpt'], outdated: false },
  files: [
    file({
      path: 'docs/retry.md',
      versions: [
        version('claude', {
          ...{ status: 'added', additions: 2, deletions: 0 },
          patch: { facts: [], lines: ['@@ -0,0 +1,2 @@', '+# Retries', '+'], line_count: 3 },
        }),
      ],
    }),
    file({
      ...{ path: 'package.json', agreement: 'identical' },
      versions: [version('claude', { models: ['claude', 'gemini', 'gpt'] })],
    }),
    file({
      ...{ path: 'src/client.ts', agreement: 'conflict' },
      versions: [
        version('claude', {
          ...{ models: ['claude', 'gemini'], additions: 7, deletions: 3 },
          patch: { facts: [], lines: retryHunk, line_count: retryHunk.length },
        }),
        version('gpt', {
          ...{ additions: 1100, deletions: 3 },
          patch: {
            ...{ facts: ['old mode 100644', 'new mode 100755'], line_count: 1104 },
            lines: ['@@ -12,3 +12,1100 @@', ...retryHunk.slice(2, 9)],
          },
        }),
      ],
    }),
    file({
      ...{ path: 'assets/logo.png', agreement: 'split' },
      versions: [logo.gemini, logo.gpt],
    }),
    file({
      ...{ path: 'docs/HOWTO.md', agreement: 'identical' },
      versions: [
        version('gemini', { ...gone, models: ['gemini', 'gpt'], new_path: 'docs/guide.md' }),
      ],
    }),
    file({
      ...{ path: 'test/client.test.ts', is_test: true, agreement: 'disjoint' },
      versions: [version('claude'), version('gpt', { additions: 40 })],
    }),
    file({
      ...{ path: 'src/backoff.ts', agreement: 'format-only' },
      versions: [version('claude'), version('gemini')],
    }),
    file({
      ...{ path: 'src/net/http.ts', origin: 'src/http.ts', agreement: 'disjoint' },
      versions: [version('gemini', { status: 'added', old_path: 'src/http.ts' })],
    }),
    file({
      ...{ path: 'src/http.ts', moved_to: 'src/net/http.ts', agreement: 'disjoint' },
      versions: [
        version('gemini', { status: 'deleted', new_path: 'src/net/http.ts', patch: null }),
        version('gpt'),
      ],
    }),
  ],
};

export const suggestion: ReportSuggestion = {
  spine: { model: 'claude', why: 'it breaks nothing' },
  wholes: {
    head: ['whole of', 'breaks alone', 'repairs'],
    rows: [
      [['claude'], [], ['test: retries']],
      [['gemini'], 'not gated', []],
      [['gpt'], ['test: gives up after the limit'], []],
    ],
  },
  grafts: [{ path: 'test/backoff.test.ts', why: 'tests of gemini: they pass on this' }],
  offers: [{ path: 'docs/retry.md', models: ['gemini', 'gpt'] }],
  offers_count: 3,
  questions: [
    {
      ...{ id: 'q3f1a9', about: 'Tests of gpt fail on claude.', names: ['honours Retry-After'] },
      options: [{ models: ['gpt', 'gemini'] }],
    },
  ],
  apply: 'mm.mjs apply-picks --picks picks.suggested.json --verify --pick q3f1a9=neither',
};
