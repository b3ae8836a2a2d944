/** Files of three models: decisions of every kind, a rename, a test, and what needs no decision. */
import type {
  ReportComparison,
  ReportFile,
  ReportOption,
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

export function option(models: string[], facts: Partial<ReportOption> = {}): ReportOption {
  return {
    ...{ models, hunks: [], version: null, name: null },
    diff: { path: `diffs/${models[0]}.diff`, what: 'the whole diff' },
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

const gptHunk = [
  '   async fetch(url: string): Promise<Response> {',
  '-    const response = await this.transport.get(url);',
  '-    if (!response.ok) throw new HttpError(response.status);',
  '+    const response = await retry(() => this.transport.get(url), { times: 3, base: 250, jitter: Math.random });',
  '     return response;',
  '   }',
];

const gone = { status: 'deleted', mode: null, patch: null };

const logo = {
  gemini: version('gemini', { binary: true, patch: { facts: [], lines: [], line_count: 0 } }),
  gpt: version('gpt', { ...gone, new_path: 'public/logo.png' }),
};

export const comparison: ReportComparison = {
  ...{ models: ['claude', 'gemini', 'gpt'], decisions: 3, outdated: false },
  questions: [
    {
      ...{ id: 'd3f1a9c2', path: 'src/client.ts', is_test: false, origin: null, kind: 'hunks' },
      near: ['export class Client {'],
      options: [
        option(['claude', 'gemini'], {
          hunks: [
            {
              ...{ id: 'h61c0de42', old_start: 13, old_lines: 3 },
              excerpt: { lines: retryHunk.slice(1), line_count: retryHunk.length - 1 },
            },
          ],
        }),
        option(['gpt'], {
          hunks: [
            {
              ...{ id: 'h0badcafe', old_start: 13, old_lines: 2 },
              excerpt: { lines: gptHunk, line_count: gptHunk.length },
            },
            {
              ...{ id: 'h5eed1e55', old_start: 30, old_lines: 0 },
              excerpt: { lines: ['+  private backoff() {'], line_count: 1091 },
            },
          ],
        }),
      ],
    },
    {
      ...{ id: 'd81b22e0', path: 'assets/logo.png', is_test: false, origin: null },
      ...{ kind: 'versions', near: [] },
      options: [
        option(['gemini'], { version: logo.gemini }),
        option(['gpt'], { version: logo.gpt }),
      ],
    },
    {
      ...{ id: 'd5c0ffee', path: 'docs/HOWTO.md', is_test: false, origin: null },
      ...{ kind: 'names', near: [] },
      options: [
        option(['gemini'], { name: 'docs/guide.md' }),
        option(['gpt'], { name: 'docs/how-to.md' }),
      ],
    },
  ],
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
