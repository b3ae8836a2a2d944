import type { Outcome, Runner, Test } from './runner.ts';

export const dotnet: Runner = {
  name: 'dotnet test',
  // In its three forms.
  summaries: [
    /^[A-Z][a-z]+! +- Failed: +(?<failed>\d+), Passed: +(?<passed>\d+), Skipped: +\d+, Total: +\d+.*$/gm,
    {
      pattern: /^Total tests: \d+$(?:\n +(?:Passed|Failed|Skipped): \d+$)*/gm,
      count: ([all = '']) => {
        const word = (name: string) => new RegExp(`^ +${name}: (\\d+)$`, 'm').exec(all)?.[1];
        const failed = Number(word('Failed') ?? 0);
        return { ran: Number(word('Passed') ?? 0) + failed, failed };
      },
    },
    /^ +total: \d+\n +failed: (?<failed>\d+)\n +succeeded: (?<passed>\d+)\n +skipped: \d+$/gm,
    /^No test is available in /gm,
  ],
  names: readDotnet,
};

const WORDS: Record<string, Outcome> = { Passed: 'passed', Failed: 'failed', Skipped: 'skipped' };

/** The tests that dotnet test names: those that failed, and in its more talkative modes all of them. */
function readDotnet(lines: readonly string[]): Test[] {
  return lines.flatMap((line): Test[] => {
    const [, word = '', name = ''] =
      /^ {2}(Passed|Failed|Skipped) (\S.*) \[<? ?[\d.:]+ ?m?s\]$/.exec(line) ?? [];
    const outcome = WORDS[word];
    return outcome === undefined ? [] : [{ name, outcome }];
  });
}
