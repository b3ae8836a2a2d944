/** What the page shows. Every text in it may come from a model, a file or a log. */

export interface ReportData {
  task: string;
  made_at: string;
  session: ReportSession;
  models: ReportModel[];
  gates: ReportGates | null;
  comparison: ReportComparison | null;
  /** Null: nothing was compared, or by a version that suggested nothing. */
  suggestion: ReportSuggestion | null;
  /** A column for each model that was compared; null: it was not gathered. */
  evidence: FactTable | null;
  cross_tests: ReportCrossTests | null;
  applied: ReportApplied | null;
  /** What changed outside of the worktrees while models ran, in words; null: no model was run yet. */
  noticed: string[] | null;
  /** What the user was shown; null before complete-pass. */
  analysis: string | null;
  /** Absolute: where the page and everything beside it lies. */
  folder: string;
  places: Place[];
  /** What could not be read, in words. */
  problems: string[];
}

/** A file, relative to the page's folder. */
export interface Place {
  path: string;
  what: string;
}

export interface ReportSession {
  session_id: string;
  directory: string;
  /** How it is named in a command. */
  named: string[];
  status: string;
  pass: number;
  pass_count: number;
  main_tree: string;
  branch: string | null;
  base: string;
  host: string;
  timeout_s: number | 'none';
  created_at: string;
  user_changes: { mode: string; state: string; files: number } | null;
}

export interface ReportModel {
  model: string;
  role: 'host' | 'external';
  available: boolean;
  reason: string | null;
  program: string | null;
  version: string | null;
  agent_model: string | null;
  run: ReportRun | null;
  capture: 'changed' | 'empty' | null;
  /** Null where there is no capture, or its diff is not there. */
  totals: Totals | null;
  /** Its final text, its diff, what its program said: those that exist. */
  places: Place[];
}

export interface ReportRun {
  status: 'succeeded' | 'partial' | 'failed' | 'running';
  cause: string | null;
  message: string | null;
  attempts: number;
  duration_ms: number | null;
  usage: { input_tokens: number; output_tokens: number; cost_usd: number | null } | null;
}

export interface Totals {
  files: number;
  additions: number;
  deletions: number;
}

export interface ReportGates {
  /** Whose results were captured again since. */
  outdated: string[];
  /** Base first, then the models. */
  targets: { target: string; passed: boolean }[];
  /** The last proof of a mix of them; null: none was proved. */
  mix: { tree: string; passed: boolean } | null;
  tables: {
    gates: FactTable;
    /** Which broke, were repaired, or no longer ran. */
    tests: FactTable;
    /** What judges the results, and was changed by them. */
    exam: FactTable;
    red: {
      target: string;
      gate: string;
      said: string;
      command: string;
      exit_code: number | null;
      log: string;
      tail: string;
    }[];
  };
}

/** Facts side by side, as the page and markdown show them alike: a cell is words of ours (none: not known), or names from outside. */
export interface FactTable {
  head: FactCell[];
  rows: FactCell[][];
}

export type FactCell = string | string[];

export interface ReportSuggestion {
  /** Whose whole it starts from, and why; null: nobody changed anything. */
  spine: { model: string; why: string } | null;
  /** Best first, with what the order follows from. */
  wholes: FactTable;
  grafts: { path: string; why: string }[];
  /** Changed by others only, and not taken: the first of them. */
  offers: { path: string; models: string[] }[];
  offers_count: number;
  questions: { id: string; about: string; names: string[]; options: { models: string[] }[] }[];
  /** The command that applies it, with the usual answers; or what comes before that, in words. */
  apply: string;
}

export interface ReportCrossTests {
  /** Whose tests on whose code; null: nobody brought any. */
  matrix: FactTable | null;
  failures: FactTable;
  /** Something was captured after they were run. */
  outdated: boolean;
}

export interface ReportComparison {
  models: string[];
  /** Something was captured after it was made. */
  outdated: boolean;
  files: ReportFile[];
}

export type Agreement = 'identical' | 'format-only' | 'disjoint' | 'conflict' | 'single' | 'split';

export interface ReportFile {
  path: string;
  is_test: boolean;
  /** Its name in base, where it was renamed and is compared with the edits of that. */
  origin: string | null;
  /** The name under which it is compared, where models renamed it. */
  moved_to: string | null;
  agreement: Agreement;
  /** Different results; models with the same one together. */
  versions: ReportVersion[];
}

export interface ReportVersion {
  models: string[];
  status: string;
  old_path: string | null;
  /** Where a deleted file went, if it was moved. */
  new_path: string | null;
  mode: string | null;
  binary: boolean;
  additions: number;
  deletions: number;
  /** Null where the diff does not hold it. */
  patch: PatchExcerpt | null;
  /** The file with the whole diff. */
  diff: Place;
}

export interface PatchExcerpt {
  /** What git says beside lines, such as a new mode. */
  facts: string[];
  /** The first lines of the hunks, with their signs. */
  lines: string[];
  /** All lines of the hunks. */
  line_count: number;
}

export interface ReportApplied {
  to: 'main' | 'scratch';
  state: 'applied' | 'writing' | 'undone' | 'not-applied';
  tree: string;
  files: { path: string; from: string; status: string; why: string | null }[];
  unpicked: { path: string; models: string[] }[];
  /** The command that takes it back; null where there is nothing to take back. */
  undo: string | null;
}
