import { countOf, none, type Outcome, type Runner, type Test } from './runner.ts';

export const dotnet: Runner = {
  name: 'dotnet test',
  // In its three forms.
  summaries: [
    {
      pattern: /^[A-Z][a-z]+! +- Failed: +(\d+), Passed: +(\d+), Skipped: +\d+, Total: +\d+.*$/gm,
      count: ([, failed, passed]) => countOf(passed, failed),
    },
    {
      pattern: /^Total tests: \d+$(?:\n +(?:Passed|Failed|Skipped): \d+$)*/gm,
      count: ([all = '']) => {
        const word = (name: string) => new RegExp(`^ +${name}: (\\d+)$`, 'm').exec(all)?.[1];
        return countOf(word('Passed'), word('Failed'));
      },
    },
    {
      pattern: /^ +total: \d+\n +failed: (\d+)\n +succeeded: (\d+)\n +skipped: \d+$/gm,
      count: ([, failed, passed]) => countOf(passed, failed),
    },
    { pattern: /^No test is available in /gm, count: none },
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
