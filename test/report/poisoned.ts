import type { ReportEvidence } from '../../scripts/lib/report/evidence-data.ts';
import type { ReportComparison, ReportData } from '../../scripts/lib/report/report-data.ts';
import { gate, model, sample } from './sample.ts';
import { file, option, version } from './sample-comparison.ts';
import { cell, evidenceOf } from './sample-evidence.ts';

/** The sample with a text in every place that takes one from outside. */
export function poisoned(text: string): ReportData {
  const place = { path: text, what: text };
  const bad = gate({
    ...{ name: text, kind: text, command: text },
    log: text,
    tail: text,
    status: 'fail',
  });
  return {
    ...sample(),
    ...{
      task: text,
      analysis: text,
      folder: text,
      places: [place],
      problems: [text],
      noticed: [text],
    },
    session: { ...sample().session, branch: text, main_tree: text, host: text, status: text },
    models: [
      model(text, {
        ...{ program: text, version: text, agent_model: text, places: [place] },
        run: {
          ...{ status: 'failed', cause: text, message: text, attempts: 2 },
          ...{ duration_ms: null, usage: null },
        },
      }),
      model(text, { available: false, reason: text, run: null }),
    ],
    gates: {
      gates: [{ name: text, kind: text, command: text, source: text }],
      targets: [
        {
          ...{ target: text, passed: false, outdated: true, gates: [bad] },
          tampered: [{ path: text, kind: 'test-deleted', detail: text, severity: 'strong' }],
          as_base: { passed: false, gates: [bad] },
        },
      ],
      mix: {
        ...{ target: 'mix', tree: text, passed: false, outdated: false, gates: [bad] },
        ...{ tampered: [], as_base: null },
      },
    },
    comparison: poisonedComparison(text),
    evidence: [poisonedEvidence(text)],
    cross_tests: {
      ...{ schema_version: 1, gates: [{ name: text, command: text }], models: [text] },
      ...{ base_tests: [], summary: [], outdated: true },
      cells: [
        cell(text, text, 'caught', {
          ...{ detail: text, failed_tests: Array(50).fill(text), failed_tests_count: 60 },
        }),
      ],
    },
    applied: {
      ...{ to: 'main', state: 'applied', tree: text, undo: text },
      files: [{ path: text, from: text, status: text, why: text }],
      unpicked: [{ path: text, models: [text] }],
    },
  };
}

function poisonedComparison(text: string): ReportComparison {
  const place = { path: text, what: text };
  const patch = { facts: [text], lines: ['@@', text, `+${text}`], line_count: 9 };
  const changed = version(text, {
    ...{ status: text, mode: text, old_path: text, new_path: text, patch, diff: place },
  });
  const hunk = { id: text, old_start: 1, old_lines: 1 };
  const excerpt = { lines: [text, `-${text}`], line_count: 9 };
  const question = { id: text, path: text, is_test: true, origin: text, near: Array(9).fill(text) };
  const facts = { diff: place, version: changed, name: text };
  const options = [option([text, text], { ...facts, hunks: [{ ...hunk, excerpt }] })];
  return {
    ...{ models: [text], decisions: 9, outdated: true },
    questions: [
      { ...question, kind: 'hunks', options },
      { ...question, kind: 'hunks', options: [option([text], { diff: place })] },
      { ...question, kind: 'versions', options },
      { ...question, kind: 'versions', options: [option([text], { diff: place })] },
      { ...question, kind: 'names', options },
    ],
    files: [
      file({
        ...{ path: text, is_test: true, origin: text, moved_to: text, agreement: 'conflict' },
        versions: [changed, version(text, { models: [text, text], patch: null, diff: place })],
      }),
    ],
  };
}

function poisonedEvidence(text: string): ReportEvidence {
  const texts = Array(50).fill(text);
  const named = texts.map(() => ({ path: text, name: text }));
  return evidenceOf(text, {
    gates: [{ kind: text, name: text, status: text, verdict: 'introduced', tests: null }],
    tests: { new_files: texts, changed_files: texts, deleted_files: texts, ran_more: 1 },
    cross_tests: { catches: texts, caught_by: texts, proves_something: true, fails_own: true },
    dependencies: { added: named, removed: named, changed: named },
    public_api: { added: named, removed: named },
    tampered: texts.map((path) => ({ path, kind: 'test-deleted', severity: 'strong' })),
  });
}
