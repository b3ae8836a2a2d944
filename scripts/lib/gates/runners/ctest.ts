import type { Outcome, Runner, Test } from './runner.ts';

export const ctest: Runner = {
  name: 'ctest',
  summaries: [
    // What it skipped stands below the total, and what is disabled is not part of it.
    {
      pattern:
        /^\d+% tests passed, (\d+) tests? failed out of (\d+)$(?:\n(?:Total Test time .*|The following tests did not run:|\t.*)?$)*/gm,
      count: ([all = '', failed, total]) => ({
        ran: Math.max(Number(total) - [...all.matchAll(/^\t.* \(Skipped\)/gm)].length, 0),
        failed: Number(failed),
      }),
    },
    /^No tests were found!!!$/gm,
  ],
  names: readCtest,
};

/** The tests that ctest lists: all of them. */
function readCtest(lines: readonly string[]): Test[] {
  return lines.flatMap((line): Test[] => {
    const text = /^ *\d+\/\d+ Test +#\d+: (\S.*)$/.exec(line)?.[1];
    if (text === undefined) return [];
    // `name .....   Passed    0.02 sec`, `name .....***Failed    0.01 sec`.
    const end = Math.max(text.lastIndexOf('   Passed '), text.lastIndexOf('***'));
    if (end === -1) return [];
    const dotted = text.slice(0, end);
    const name = dotted.slice(0, lastBefore(dotted, '.')).trimEnd();
    return [{ name: name === '' ? dotted : name, outcome: outcomeOf(text.slice(end)) }];
  });
}

function lastBefore(text: string, filler: string): number {
  let end = text.trimEnd().length;
  while (end > 0 && text[end - 1] === filler) end--;
  return end;
}

function outcomeOf(status: string): Outcome {
  if (status.startsWith('   Passed')) return 'passed';
  return /^\*\*\*(?:Skipped|Not Run \(Disabled\))/.test(status) ? 'skipped' : 'failed';
}
