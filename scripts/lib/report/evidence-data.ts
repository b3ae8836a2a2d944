/** The facts of each model's result, as the page shows them side by side. Names in it are a model's words. */
import type { CrossTests } from '../gates/cross-tests.ts';
import type { ReportGate, ReportTarget } from './report-data.ts';

interface Named {
  path: string;
  name: string;
}

export interface ReportEvidence {
  model: string;
  files: number;
  additions: number;
  deletions: number;
  gates: (Pick<ReportGate, 'name' | 'kind' | 'verdict' | 'tests'> & { status: string })[];
  /** Null: no gate was run. */
  passed: boolean | null;
  tests: {
    new_files: string[];
    changed_files: string[];
    deleted_files: string[];
    /** Than on base; null: unknown. */
    ran_more: number | null;
  };
  /** Null: its tests were not tried on others, or it has none of its own. */
  cross_tests: {
    catches: string[];
    caught_by: string[];
    proves_something: boolean | null;
    fails_own: boolean;
  } | null;
  dependencies: {
    added: Named[];
    removed: Named[];
    changed: Named[];
  };
  public_api: { added: Named[]; removed: Named[] };
  tampered: Pick<ReportTarget['tampered'][number], 'path' | 'kind' | 'severity'>[];
  duration_ms: number | null;
  attempts: number | null;
  cost_usd: number | null;
}

export interface ReportCrossTests extends CrossTests {
  /** Something was captured after they were run. */
  outdated: boolean;
}
