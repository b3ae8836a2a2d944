/** The suggestion for people: the wholes in their order, what is added to the first, and what is asked. */

import { inlineCode } from '../foreign-text.ts';
import type { FactTable } from '../report/report-data.ts';
import type { Suggested } from './suggest.ts';
import { tableMarkdown } from './table-markdown.ts';

export function suggestionMarkdown({ suggestion, questions }: Suggested): string {
  const { spine, grafts, offers, offers_count } = suggestion;
  if (spine === null) return '## Suggestion\n\nNobody changed anything.\n';
  const more = offers_count > offers.length ? ` and ${offers_count - offers.length} more` : '';
  return [
    '## Suggestion',
    `All of ${inlineCode(spine.model)}: ${spine.why}.`,
    tableMarkdown(wholesTable(suggestion.wholes)),
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

/** Best first, with what the order follows from. */
export function wholesTable(wholes: Suggested['suggestion']['wholes']): FactTable {
  const head = [
    ...['whole of', 'breaks alone', 'breaks as others do', 'repairs'],
    ...["on others' tests", 'like the others', 'taken before'],
  ];
  const rows = wholes.map((whole) => [
    whole.models,
    whole.breaks_alone ?? 'not gated',
    ...[whole.breaks_shared, whole.repairs],
    whole.matrix === null ? '' : `${Math.round(whole.matrix * 100)} %`,
    whole.agreement.toFixed(2),
    whole.prior === 0 ? '' : whole.prior.toFixed(1),
  ]);
  return { head, rows };
}

function questionText({ id, about, names: of, options }: Suggested['questions'][number]): string {
  const answers = [...options.map(({ models }) => models.join('=')), 'neither'].join(', ');
  const shown = of.length === 0 ? '' : ` (${of.map(inlineCode).join(', ')})`;
  return `- ${inlineCode(id)} ${about}${shown} Answers: ${answers}.`;
}
