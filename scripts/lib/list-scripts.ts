import * as z from 'zod';
import { UsageError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { ownCommand } from './own-command.ts';
import { defineScript, main, type Script } from './script.ts';

/** `mm.mjs` alone, or with a word that is no script: the list of scripts, or the error that names the nearest. */
export async function listScripts(word: string, scripts: readonly Script[]): Promise<void> {
  if (['', 'help', '--help', '-h'].includes(word)) {
    process.stdout.write(overview(scripts));
    return;
  }
  const launcher = defineScript({
    name: 'mm',
    summary: 'The launcher',
    options: z.object({}),
    output: z.object({}),
    examples: [],
    async run() {
      throw new UsageError({
        code: 'unknown-script',
        message: `There is no script "${word}". ${didYouMean(
          word,
          scripts.map(({ name }) => name),
        )}`,
        hint: `This lists the scripts: ${ownCommand()}`,
        details: { script: word, known: scripts.map(({ name }) => name) },
      });
    },
  });
  await main(launcher, word === '--version' ? ['--version'] : []);
}

function overview(scripts: readonly Script[]): string {
  const width = Math.max(...scripts.map(({ name }) => name.length));
  const lines = scripts.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: mm.mjs <script> [options]     (mm.mjs <script> --help shows options and examples)',
    '',
    'One coding task, several AI coding agents, one proved implementation. The scripts:',
    '',
    ...lines,
    '',
    'Every script prints one JSON object on stdout and progress on stderr.',
    `First time here? ${ownCommand('demo')} runs the whole procedure on a small sample, with no login.`,
    '',
  ].join('\n');
}
