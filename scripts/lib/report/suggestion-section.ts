/** What is suggested and asked: the wholes in their order, what is added to the first, the few questions. */
import { ownCommand } from '../own-command.ts';
import { factTable, section } from './elements.ts';
import { type Html, html, type Insertion, join, shorten } from './html.ts';
import type { ReportData, ReportSuggestion } from './report-data.ts';
import { count } from './wording.ts';

/** The rest is in comparison.md. */
const MOST_ITEMS = 100;
const LENGTH_OF_A_SENTENCE = 1000;

export function suggestionSection({ suggestion, session }: ReportData): Html {
  const content =
    suggestion === null
      ? html`<p>Nothing was suggested in this pass yet. <code>${ownCommand('compare', ...session.named)}</code> does it.</p>`
      : suggested(suggestion);
  return section('suggestion', 'Suggestion', content);
}

function suggested(suggestion: ReportSuggestion): Insertion {
  const { spine, wholes, grafts, offers, offers_count } = suggestion;
  if (spine === null) return html`<p>Nobody changed anything.</p>`;
  const more = offers_count - Math.min(offers.length, MOST_ITEMS);
  return [
    html`<p>All of <strong>${spine.model}</strong>: ${spine.why}.</p>\n`,
    factTable('Wholes, best first', wholes),
    list(
      'Added to it',
      grafts.map(
        ({ path, why }) => html`<code>${path}</code>: ${shorten(why, LENGTH_OF_A_SENTENCE)}`,
      ),
    ),
    list(
      'Changed by others only, and not taken',
      offers.map(({ path, models }) => html`<code>${path}</code> (${join(models, ', ')})`),
    ),
    more > 0 ? html`<p>and ${count(more, 'more file')}, in comparison.md</p>\n` : null,
    questions(suggestion),
  ];
}

function list(title: string, items: readonly Html[]): Insertion {
  if (items.length === 0) return null;
  const shown = items.slice(0, MOST_ITEMS).map((item) => html`<li>${item}</li>`);
  return html`<h3>${title}</h3><ul>${shown}</ul>\n`;
}

function questions({ questions, apply }: ReportSuggestion): Insertion {
  const items = questions.map(({ id, about, names, options }) => {
    const answers = [...options.map(({ models }) => models.join(' = ')), 'neither'];
    const shown = names.map((name) => html` <code>${shorten(name, LENGTH_OF_A_SENTENCE)}</code>`);
    return html`<code>${id}</code> ${shorten(about, LENGTH_OF_A_SENTENCE)}${shown}<br><small>Answers: ${join(answers, ', ')}</small>`;
  });
  return [
    questions.length === 0 ? html`<p>No question is open.</p>\n` : list('Questions', items),
    html`<h3>How to apply it</h3><p><code>${apply}</code></p>\n`,
  ];
}
