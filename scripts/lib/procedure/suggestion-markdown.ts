/** The suggestion for people: the wholes in their order, what is added to the first, and what is asked. */
import { inlineCode } from '../synthesis/markdown.ts';
import type { Suggested } from './suggest.ts';

export function suggestionMarkdown({ suggestion, questions }: Suggested): string {
  const { spine, grafts, offers, offers_count } = suggestion;
  if (spine === null) return '## Suggestion\n\nNobody changed anything.\n';
  const more = offers_count > offers.length ? ` and ${offers_count - offers.length} more` : '';
  return [
    '## Suggestion',
    `All of ${inlineCode(spine.model)}: ${spine.why}.`,
    table(suggestion),
    ...(grafts.length === 0
      ? []
      : ['Added to it:', grafts.map((it) => `- ${inlineCode(it.path)}: ${it.why}`).join('\n')]),
    ...(offers.length === 0
      ? []
      : [
          `Changed by others only, and not taken: ${offers.map(({ path, models }) => `${inlineCode(path)} (${models.join(', ')})`).join(', ')}${more}.`,
        ]),
    ...(questions.length === 0
      ? ['No question is open.']
      : ['### Questions', questions.map(questionText).join('\n')]),
  ]
    .join('\n\n')
    .concat('\n');
}

function table({ wholes }: Suggested['suggestion']): string {
  const head = [
    ...['whole of', 'breaks alone', 'breaks as others do', 'repairs'],
    ...["on others' tests", 'like the others', 'taken before'],
  ];
  const rows = wholes.map((whole) => [
    whole.models.map(inlineCode).join(', '),
    whole.breaks_alone === null ? 'not gated' : names(whole.breaks_alone),
    names(whole.breaks_shared),
    names(whole.repairs),
    whole.matrix === null ? '' : `${Math.round(whole.matrix * 100)} %`,
    whole.agreement.toFixed(2),
    whole.prior === 0 ? '' : whole.prior.toFixed(1),
  ]);
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const MOST_NAMES = 3;

function names(items: readonly string[]): string {
  const more = items.length > MOST_NAMES ? ` and ${items.length - MOST_NAMES} more` : '';
  return `${items.slice(0, MOST_NAMES).map(inlineCode).join(', ')}${more}`;
}

function questionText({ id, about, names: of, options }: Suggested['questions'][number]): string {
  const answers = [...options.map(({ models }) => models.join('=')), 'neither'].join(', ');
  const shown = of.length === 0 ? '' : ` (${of.map(inlineCode).join(', ')})`;
  return `- ${inlineCode(id)} ${about}${shown} Answers: ${answers}.`;
}
