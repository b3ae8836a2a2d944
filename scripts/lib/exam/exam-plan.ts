/** Which files of a change judge the result, and what to put back so that base's own judge it. */
import { withGatesOfBase } from './manifest.ts';
import type { NamedFiles } from './named-files.ts';
import { folderOf, isInSample, nameOf, type Role, roleOf } from './roles.ts';

/** A file that a result changed, against base. */
export interface ExamChange {
  path: string;
  status: 'added' | 'changed' | 'deleted';
  /** Lines of base that are gone or are others now; a file that only gained lines has lost none. */
  lostLines: boolean;
  /** Of manifests on both sides, where they can be read. */
  before?: string | undefined;
  after?: string | undefined;
}

/** What changed of what judges a result: shown, without an opinion. */
export interface GateFile {
  path: string;
  role: Role;
  change: ExamChange['status'];
}

/** base: its own file, which is there again; null: the file is taken out; a text: that one. */
export interface Restoration {
  path: string;
  content: 'base' | null | { text: string };
}

export interface ExamPlan {
  files: GateFile[];
  /** Settings, scripts, and programs that run the checks. */
  settings: Restoration[];
  /** Tests of base, and what they compare with; also those that only gained lines. */
  tests: Restoration[];
}

/** @param named the files that the gates' commands name */
export function planExam(changes: readonly ExamChange[], named: NamedFiles): ExamPlan {
  const plan: ExamPlan = { files: [], settings: [], tests: [] };
  const packages = changes.filter(({ path, status }) => status === 'added' && isManifest(path));
  const ownPackages = packages.map(({ path }) => folderOf(path)).filter((folder) => folder !== '');
  for (const change of changes) {
    const { path, status, lostLines } = change;
    const role = roleIn(path, named);
    if (role === 'other' || role === 'instructions' || isInSample(path)) continue;
    const file = { path, role, change: status };
    if (role === 'test' || role === 'support') {
      if (status === 'added') continue;
      plan.tests.push({ path, content: 'base' });
      if (!lostLines) continue;
    } else if (status === 'added') {
      // What a new package brings for itself rules nothing of base.
      if (role !== 'settings' || ownPackages.some((folder) => path.startsWith(folder))) continue;
      plan.settings.push({ path, content: null });
    } else if (role !== 'ci') {
      const content = contentOfBase(change, role);
      if (content === null) continue;
      plan.settings.push({ path, content });
    }
    plan.files.push(file);
  }
  return plan;
}

function roleIn(path: string, { isRunner, isTest }: NamedFiles): Role {
  const role = roleOf(path);
  if (role !== 'other') return role;
  return isRunner(path) ? 'runner' : isTest(path) ? 'test' : 'other';
}

function isManifest(path: string): boolean {
  return roleOf(path) === 'manifest';
}

/** Null where nothing of the gates differs. */
function contentOfBase({ path, before, after }: ExamChange, role: Role): Restoration['content'] {
  const isMixed = role === 'manifest' || nameOf(path) === 'setup.cfg';
  if (!isMixed || before === undefined || after === undefined) return 'base';
  const text = withGatesOfBase(path, before, after);
  if (text === after) return null;
  return text === before ? 'base' : { text };
}
