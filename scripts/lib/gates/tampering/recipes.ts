/** Files of tasks with commands: Makefile, justfile, Taskfile, Rakefile, tox and shell programs. */
import { isCheckName } from '../choosing/refusal.ts';
import { disablingIn } from './command-words.ts';
import { type Finding, shortened, strong, weak } from './kinds.ts';
import { scriptFindings } from './scripts.ts';

/** The findings about a file of recipes; recipes that base did not have can loosen nothing. */
export function compareRecipes(name: string, before: string, after: string): Finding[] {
  const read = /^taskfile/i.test(name)
    ? taskfileRecipes
    : /^rakefile$/i.test(name)
      ? rakeTasks
      : makeRecipes;
  const old = read(before);
  const now = read(after);
  const changed = [...old].flatMap(([target, body]) => {
    const current = now.get(target);
    if (current === body) return [];
    const isGate = isCheckName(target) || /^(?:all|default|ci)$/.test(target);
    return scriptFindings(target, body, current, isGate).concat(
      failuresIgnored(target, body, current ?? ''),
    );
  });
  return [...changed, ...overriding(old, now)];
}

/** In a Makefile, the failure of a line that begins with `-` does not count. */
function failuresIgnored(target: string, before: string, after: string): Finding[] {
  const count = (text: string) => [...text.matchAll(/(?<![^\n])@?-[ \t]*\w/g)].length;
  return count(after) > count(before)
    ? [strong('script-changed', `${target}: failures of a line no longer count`)]
    : [];
}

/** New lines that change how all recipes run. */
function overriding(old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Finding[] {
  return [...now].flatMap(([target, body]) =>
    !old.has(target) &&
    /^(?:SHELL|\.SHELLFLAGS|MAKEFLAGS|\.IGNORE|\.ONESHELL|set shell)\b/.test(target)
      ? [strong('script-changed', `${target} ${shortened(body)} is set for all recipes`)]
      : [],
  );
}

/** Targets with their prerequisites and lines, and variables with their values; what is said twice counts together. */
function makeRecipes(text: string): Map<string, string> {
  const recipes = new Map<string, string>();
  const add = (name: string, line: string) =>
    recipes.set(name, recipes.has(name) ? `${recipes.get(name)}\n${line}` : line);
  let target = '';
  for (const raw of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const line = raw.slice(0, 10_000);
    if (/^\s*(?:#|$)/.test(line)) continue;
    if (/^\s/.test(line)) {
      if (target !== '') add(target, line.trim().replace(/[ \t]+/g, ' '));
      continue;
    }
    const variable =
      /^(?:export\s+|override\s+)*([\w.-]+|set shell)\s*(?:::?|\?|\+|!)?=\s*(.*)$/.exec(line);
    const rule = /^(@?[^\s:=()]+)([^:=]*)::?(?!=)(.*)$/.exec(line);
    if (variable !== null) [target] = ['', add(variable[1] ?? '', (variable[2] ?? '').trim())];
    else if (rule !== null && rule[1] !== '.PHONY') {
      target = (rule[1] ?? '').replace(/^@/, '');
      add(
        target,
        `${rule[2] ?? ''}${rule[3] ?? ''}`
          .replace(/#.*/, '')
          .trim()
          .replace(/[ \t]+/g, ' '),
      );
    } else target = '';
  }
  return new Map([...recipes].map(([name, body]) => [name, body.trim()]));
}

/** The tasks of a Taskfile: what is indented once below `tasks:`. */
function taskfileRecipes(text: string): Map<string, string> {
  const recipes = new Map<string, string>();
  let section = '';
  let indentation = -1;
  let task = '';
  for (const raw of text.split(/\r?\n/)) {
    const line = raw
      .slice(0, 10_000)
      .replace(/(?:^|\s)#.*/, '')
      .trimEnd();
    if (line.trim() === '') continue;
    const indent = line.search(/\S/);
    if (indent === 0)
      [section, indentation, task] = [line.replace(/:.*/, ''), -1, line.replace(/:.*/, '')];
    else if (indentation < 0) indentation = indent;
    if (section === 'tasks' && indent > 0 && indent === indentation)
      task = line.trim().replace(/:.*/, '').replaceAll(/["']/g, '');
    const body = recipes.get(task);
    recipes.set(task, body === undefined ? line.trim() : `${body}\n${line.trim()}`);
  }
  recipes.delete('tasks');
  recipes.delete('version');
  return recipes;
}

/** Ruby code: each task up to the next. */
function rakeTasks(text: string): Map<string, string> {
  const recipes = new Map<string, string>();
  let task = 'Rakefile';
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.slice(0, 10_000).trim();
    if (line === '' || line.startsWith('#')) continue;
    task =
      /^(?:multi)?task[ (]+["':]*(\w+)|^\w+(?:::\w+)*\.new\b[ (]*:?(\w+)?/
        .exec(line)
        ?.slice(1)
        .find(Boolean) ?? task;
    const body = recipes.get(task);
    recipes.set(task, body === undefined ? line : `${body}\n${line}`);
  }
  return recipes;
}

/** A program that runs the checks: nobody knows what it does, but what is plain is told. */
export function compareRunner(before: string, after: string): Finding[] {
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.slice(0, 1000).trim())
      .filter((line) => line !== '' && !/^(?:#|\/\/)/.test(line));
  const [old, now] = [lines(before), lines(after)];
  const known = new Set(old);
  const kept = new Set(now);
  const come = now.filter((line) => !known.has(line));
  const gone = old.filter((line) => !kept.has(line));
  const [first] = [...come, ...gone];
  if (first === undefined) return [];
  const disabling = disablingIn(gone.join('\n'), come.join('\n'));
  return [
    disabling === null
      ? weak('script-changed', shortened(first))
      : strong('script-changed', `${shortened(first)} (${shortened(disabling, 40)})`),
  ];
}
