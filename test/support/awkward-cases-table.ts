/** The form of a row in the table of awkward cases. */
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import type { Contents, Hands } from './awkward-cases-hands.ts';

export interface AwkwardCase {
  name: string;
  /** The repository's folder; by default `project`. */
  folder?: string;
  /** More words for `git init`. */
  init?: string[];
  /** git configuration of the user's, there before the first commit. */
  config?: Record<string, string>;
  /** What base holds besides STANDARD. */
  base?: Contents;
  /** What the user did before the session; whoever answers with a folder works there. */
  before?: (user: Hands) => Promise<string | undefined> | Promise<void> | void;
  /** Where in the main tree the scripts are started. */
  from?: string;
  /** The user has uncommitted changes, and wants them in base. */
  includeChanges?: true;
  /** What the model does. */
  model: (model: Hands, user: Hands) => Promise<unknown> | undefined;
  /** What the user does between capture and application. */
  meanwhile?: (user: Hands) => Promise<unknown> | undefined;
  /** `PATH=one` for single picks; by default everything is taken. */
  picks?: string[];
  /** What the user does between application and undo. */
  afterwards?: (user: Hands) => Promise<unknown> | undefined;
  /** What the model does reaches other worktrees (refs, stashes, objects, settings) or other rows' files. */
  alone?: true;
  /**
   * Rows of one word share a repository though each needs or does there what reaches the others: every one bears it, and
   * what is wrong for one alone is wrong for it among them. Settings are joined, and each `before` is done once.
   */
  together?: string;
  expect?: Expectation;
}

/** By default: exact, no refusal, and no worktree is left. */
export interface Expectation {
  /** New paths that are git-ignored in the worktree: they stay there. */
  ignored?: RawPath[];
  /** With single picks: what comes over. All other paths stay as they are in the main tree. */
  arrives?: RawPath[];
  /** What lies in the main tree in the end where both the model and the user had a hand in it. */
  merged?: Contents;
  /** What lies there after undo where the user went on after the application. */
  undone?: Contents;
  /** Paths, or folders, that may come out otherwise if a warning names them. */
  except?: RawPath[];
  /** A warning that must be there. */
  warns?: RegExp;
  /** A script that must refuse, with nothing written; `names`: a path that the answer must name. */
  refused?: Refused;
  /** Paths that the capture must list, and no others. */
  files?: RawPath[];
  /** Cleanup must keep the worktree, for this reason. */
  kept?: RegExp;
  /** Cleanup may keep the worktree for this reason, or remove it. */
  mayBeKept?: RegExp;
  /** The patch cannot be tried in a fresh clone; it is tried on an index. */
  patch?: 'on-index';
}

export interface Refused {
  script: 'start-session' | 'make-worktrees' | 'capture-diff' | 'apply-picks';
  code: RegExp;
  names?: RawPath;
  /** It may just as well do it, then everything else is checked. */
  optional?: true;
}
