import { accessSync, constants, realpathSync } from 'node:fs';
import { commandLine } from './shell-word.ts';
import { launcher } from './skill-folder.ts';

/** A command line of one of our scripts, as it can be pasted into a shell anywhere. */
export function ownCommand(...words: string[]): string {
  return commandLine([...starter(), ...words]);
}

/** The launcher by the name that it was started by: permissions that people gave to that name do not know another. */
function starter(): string[] {
  const started = process.argv[1] ?? '';
  const name = isLauncher(started) ? started : launcher;
  return isExecutable(name) ? [name] : ['node', name];
}

function isLauncher(file: string): boolean {
  try {
    return realpathSync(file) === realpathSync(launcher);
  } catch {
    return false;
  }
}

/** Some ways to copy a skill lose that. */
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
