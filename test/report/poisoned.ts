import { gateReport } from '../../scripts/lib/procedure/report/gate-facts.ts';
import type {
  FactTable,
  ReportComparison,
  ReportData,
  ReportSuggestion,
} from '../../scripts/lib/report/report-data.ts';
import { gate, model, sample, target } from './sample.ts';
import { file, version } from './sample-comparison.ts';

/** The sample with a text in every place that takes one from outside. */
export function poisoned(text: string): ReportData {
  const place = { path: text, what: text };
  const bad = gate({
    ...{ name: text, command: text, broken_tests: [text] },
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
    gates: gateReport(
      [
        target(text, [bad], {
          gate_files: [{ path: text, role: 'test', change: 'deleted' }],
          base_tests_failing: [text],
          as_base: { tree: text, gates: [bad] },
        }),
      ],
      target(text, [bad], { tree: text }),
      [text],
    ),
    comparison: poisonedComparison(text),
    suggestion: poisonedSuggestion(text),
    evidence: poisonedTable(text),
    cross_tests: {
      ...{ matrix: poisonedTable(text), failures: poisonedTable(text), outdated: true },
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
  return {
    ...{ models: [text], outdated: true },
    files: [
      file({
        ...{ path: text, is_test: true, origin: text, moved_to: text, agreement: 'conflict' },
        versions: [changed, version(text, { models: [text, text], patch: null, diff: place })],
      }),
    ],
  };
}

function poisonedTable(text: string): FactTable {
  const texts = Array(50).fill(text);
  return { head: ['', text, texts], rows: [[text, text, texts]] };
}

function poisonedSuggestion(text: string): ReportSuggestion {
  return {
    ...{ spine: { model: text, why: text }, wholes: poisonedTable(text), apply: text },
    ...{ grafts: [{ path: text, why: text }], offers: [{ path: text, models: [text] }] },
    offers_count: 9,
    questions: [{ id: text, about: text, names: [text, text], options: [{ models: [text] }] }],
  };
}
