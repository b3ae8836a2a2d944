/** Whether another pass can be expected to bring anything: not after one that brought nothing. */
import { Refusal } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { treeOf } from '../git/trees.ts';
import { startTreeOf } from '../session/pass-start.ts';
import type { Session } from '../session/session.ts';
import { keptSynthesis } from './pass-start.ts';
import { type GatedPass, redGates } from './red-gates.ts';
import { readGatedPass } from './unresolved.ts';

/** What a pass came to. */
export interface PassOutcome {
  pass: number;
  /** By model: the tree that it began with, and the one that was captured. */
  results: ReadonlyMap<string, { start: string; tree: string }>;
  gated: GatedPass;
}

/**
 * Why the last pass changed nothing, in words; null: it changed something, or nothing was captured and nobody knows.
 * @param before the pass before it; null: it is the first
 */
export function whyNothingNew(last: PassOutcome, before: PassOutcome | null): string | null {
  const results = [...last.results];
  const isEmpty = ([, { start, tree }]: (typeof results)[number]) => start === tree;
  const isSame = ([model, { tree }]: (typeof results)[number]) =>
    before?.results.get(model)?.tree === tree;
  if (results.length > 0) {
    if (results.every(isEmpty)) return `no model changed anything in pass ${last.pass}`;
    if (results.every(isSame))
      return `every model came to the same result in pass ${last.pass} as in pass ${before?.pass}`;
    if (results.every((result) => isEmpty(result) || isSame(result)))
      return `in pass ${last.pass} every model either changed nothing or came to the same result as in pass ${before?.pass}`;
  }
  if (before === null || last.gated.mix === null || last.gated.mix !== before.gated.mix)
    return null;
  const [red, redBefore] = [namesOfRed(last), namesOfRed(before)];
  if (red.join('\n') !== redBefore.join('\n')) return null;
  const gates =
    red.length === 0 ? 'no gate is red in either' : `the same gates are red: ${red.join(', ')}`;
  return `the mix of pass ${last.pass} is that of pass ${before.pass}, and ${gates}`;
}

/** Each red gate once, in an order of its own. */
function namesOfRed({ gated }: PassOutcome): string[] {
  return [...new Set(redGates(gated).map(({ result }) => result.name))].sort();
}

/** @throws Refusal `nothing-new` */
export async function assertSomethingNew(
  repository: Repository,
  session: Session,
  last: number,
): Promise<void> {
  const before = last === 1 ? null : await readOutcome(repository, session, last - 1);
  const why = whyNothingNew(await readOutcome(repository, session, last), before);
  if (why === null) return;
  throw new Refusal({
    code: 'nothing-new',
    message: `Pass ${last} changed nothing: ${why}. No pass was set up.`,
    hint: 'Apply the best picks so far (status says why a model did nothing); or run another pass all the same with next-pass --again, best with --feedback that says what should become better.',
    details: { pass: last, why },
  });
}

async function readOutcome(
  repository: Repository,
  session: Session,
  pass: number,
): Promise<PassOutcome> {
  const captures = session.data.captures.filter((it) => it.pass === pass);
  const results = await Promise.all(
    captures.map(
      async (capture) =>
        [
          capture.model,
          { start: await startTreeOf(repository, session, capture), tree: capture.tree },
        ] as const,
    ),
  );
  const mix = await keptSynthesis(repository, session, pass);
  const tree = mix === null ? null : await treeOf(repository.topLevel, mix);
  return { pass, results: new Map(results), gated: await readGatedPass(session, pass, tree) };
}
