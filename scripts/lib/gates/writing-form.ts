/** A formatter that looks only, told to write: what differs in nothing but format is the same after it. */
import { posix } from 'node:path';
import { splitChain } from './commands.ts';
import { programOf, rewritingProgram } from './rewriting-programs.ts';

/** What a command is understood by. */
interface Around {
  /** package.json's, of the folder that it runs in. */
  scripts: ReadonlyMap<string, string>;
  /** That folder, repository-relative. */
  cwd: string;
  /** How programs of the project are run: a script finds them without. */
  runner: string | null;
  /** The scripts that led here. */
  through: readonly string[];
}

/**
 * The writing form of a formatter gate's command, each part of a chain for itself; null where one part has none that is
 * known, or might write outside of the repository. Scripts are followed to what they run.
 * @param scripts of package.json in the folder that the command runs in
 * @param cwd that folder, repository-relative
 */
export function writingForm(
  command: string,
  scripts: ReadonlyMap<string, string>,
  cwd = '.',
): string | null {
  return formOfChain(command, { scripts, cwd, runner: null, through: [] });
}

/** `test -z "$(gofmt -l .)"`: a program that lists what it would change, and ends well all the same. */
const LISTED = /^(?:test|\[)\s+-z\s+("?)\$\(([^()"`$]+)\)\1(?:\s+\])?$/;

function formOfChain(command: string, around: Around): string | null {
  const parts = splitChain(LISTED.exec(command.trim())?.[2] ?? command);
  if (parts === null) return null;
  let here = around;
  const forms: string[] = [];
  for (const part of parts) {
    const form = formOf(wordsIn(part), here);
    if (form === null) return null;
    forms.push(form);
    const folder = folderOf(wordsIn(part));
    // Which scripts there are in another folder is not known.
    if (folder !== null)
      here = { ...here, cwd: posix.join(here.cwd, folder), scripts: new Map<string, string>() };
  }
  return forms.every((form) => form.startsWith('cd ')) ? null : forms.join(' && ');
}

/** The words of a command as they are written, quotes included. */
function wordsIn(command: string): string[] {
  return command.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+/g) ?? [];
}

/** `cd web`: the folder; null for any other command. */
function folderOf(words: readonly string[]): string | null {
  const [first, folder = '', ...rest] = words;
  return first === 'cd' && rest.length === 0 && /^[\w@.][\w@./-]*$/.test(folder) ? folder : null;
}

function formOf(words: readonly string[], around: Around): string | null {
  const folder = folderOf(words);
  if (folder !== null) return leadsOut(folder, around.cwd) ? null : words.join(' ');
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const [assigned, rest] = [words.slice(0, start), words.slice(start)];
  const run = packageRun(rest, around.scripts);
  if (run === null) return formOfProgram(words, programOf(words.join(' ')), around);
  if ('program' in run) return formOfProgram(words, run.program.join(' '), around);
  return assigned.length > 0 ? null : formOfScript(run, around);
}

/** A script's body with the words behind its name, as package managers append them. */
function formOfScript({ manager, script, args }: ScriptRun, around: Around): string | null {
  const { scripts, through } = around;
  const body = scripts.get(script);
  const hasMore = scripts.has(`pre${script}`) || scripts.has(`post${script}`);
  if (body === undefined || hasMore || through.includes(script)) return null;
  const inside = { ...around, runner: RUNNERS[manager], through: [...through, script] };
  return formOfChain([body, ...args].join(' '), inside);
}

interface ScriptRun {
  manager: PackageManager;
  script: string;
  args: readonly string[];
}

type PackageManager = keyof typeof RUNNERS;

/** How each runs a program that is installed in the project, and installs none. */
const RUNNERS = {
  npm: 'npx --no-install',
  pnpm: 'pnpm exec',
  yarn: 'yarn run',
  bun: 'bunx --no-install',
} as const;

const SILENT = /^(--silent|-s|--if-present)$/;

/**
 * What a package manager runs: a script of the project, or (all but npm) a program; null where it is none, or does
 * something else.
 */
function packageRun(
  words: readonly string[],
  scripts: ReadonlyMap<string, string>,
): ScriptRun | { program: readonly string[] } | null {
  const [manager = '', ...rest] = words;
  if (!isPackageManager(manager)) return null;
  const said = rest.slice(rest.findIndex((word) => !SILENT.test(word)));
  const isRun = /^(run|run-script)$/.test(said[0] ?? '');
  const named = isRun ? said.slice(1) : said;
  const [script = '', ...args] = named.slice(named.findIndex((word) => !SILENT.test(word)));
  if (!isRun && (manager === 'npm' || manager === 'bun' || script === 'exec')) return null;
  if (!scripts.has(script)) return manager === 'npm' ? null : { program: [script, ...args] };
  const [first, ...passed] = args.filter((word, at) => at > 0 || !SILENT.test(word));
  if (first === undefined) return { manager, script, args: [] };
  // npm takes for its own what stands in front of `--`; the others pass on everything.
  if (manager === 'npm') return first === '--' ? { manager, script, args: passed } : null;
  return { manager, script, args: first === '--' ? passed : [first, ...passed] };
}

function isPackageManager(word: string): word is PackageManager {
  return Object.hasOwn(RUNNERS, word);
}

/** Only a part of the project, nothing of it, or without end. */
const NOT_THE_PROJECT = /^(-|--(staged|changed|since|dirty|diff=.*|watch)(=.*)?)$/;

/** @param program what the words run, without the words in front that only lead there */
function formOfProgram(words: readonly string[], program: string, around: Around): string | null {
  const own = words.slice(words.length - wordsIn(program).length);
  if (own.some((word) => NOT_THE_PROJECT.test(word) || leadsOut(word, around.cwd))) return null;
  const written = rewritingProgram(program)?.writing?.(own) ?? null;
  if (written === null) return null;
  const lead = words.slice(0, words.length - own.length);
  return withRunner([...lead, ...written], around)?.join(' ') ?? null;
}

/** Programs that are packages of npm: a script finds them, a shell does not. */
const NPM_PROGRAM = /^(prettier|biome|dprint|cross-env)$/;

function withRunner(words: readonly string[], { runner, scripts }: Around): string[] | null {
  const at = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const program = words[at] ?? '';
  if (runner === null || !NPM_PROGRAM.test(program)) return [...words];
  // There a script of that name would be run instead of the program.
  if (runner === RUNNERS.yarn && scripts.has(program)) return null;
  return [...words.slice(0, at), runner, ...words.slice(at)];
}

/** Whether a word may name a place outside of the repository: what a formatter reads there, its writing form writes. */
function leadsOut(word: string, cwd: string): boolean {
  return word
    .replace(/["'\\]/g, '')
    .split(/[=,:{}]/)
    .some((piece) => {
      if (/^[/~]/.test(piece)) return true;
      if (!/(^|\/)\.\.(\/|$)/.test(piece)) return false;
      return /[*?[\]]/.test(piece) || /^\.\.(\/|$)/.test(posix.join(cwd, piece));
    });
}
