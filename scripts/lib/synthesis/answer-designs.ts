/** Answers to questions about designs, as picks. */
import { UsageError } from '../errors.ts';
import type { LabelMap } from './blind.ts';
import type { ComparedFile } from './compare.ts';
import type { DesignQuestion } from './design-questions.ts';
import {
  BASE,
  noAnswer,
  overridePicks,
  type Pick,
  type Picks,
  picksTaking,
  unknownDecision,
} from './picks.ts';

/** An answer that none of the models is right. */
const NEITHER = new Set(['neither', 'none', BASE]);

export interface Asked {
  questions: readonly DesignQuestion[];
  files: readonly ComparedFile[];
  /** Null where nothing was labelled. */
  labels: LabelMap | null;
}

/** Shorter beginnings of an id are more likely typed by mistake. */
const SHORTEST_ID = /^q[0-9a-f]{3,}$/;

/**
 * Whole picks with the answers to questions in them carried out: a whole takes the place of all picks, what is added
 * joins them. Whatever `named` picks by path stands against both.
 * @throws UsageError `unknown-decision`, `unknown-model`
 */
export function answerDesigns(whole: readonly Pick[], named: readonly Pick[], asked: Asked): Picks {
  const answers = [...whole, ...named].flatMap((pick) => answerIn(pick, asked));
  const isAnswer = (pick: Pick) => answerIn(pick, asked).length > 0;
  const taken = answers.flatMap(({ option }) => option?.take ?? []).at(-1);
  let picks: Picks =
    taken === undefined
      ? { picks: whole.filter((pick) => !isAnswer(pick)) }
      : picksTaking(taken, asked.files);
  for (const { option } of answers) {
    // Hunks were chosen beside the spine; another whole may have lines of its own there.
    const added = (option?.picks ?? []).filter(
      ({ hunks }) => taken === undefined || hunks === undefined,
    );
    picks = overridePicks(picks, added);
  }
  return overridePicks(
    picks,
    named.filter((pick) => !isAnswer(pick)),
  );
}

interface Answer {
  /** Null: neither. */
  option: DesignQuestion['options'][number] | null;
}

function answerIn(
  { decision, path, from = '', hunks }: Pick,
  { questions, labels }: Asked,
): Answer[] {
  const id = decision ?? path ?? '';
  if (hunks !== undefined || !SHORTEST_ID.test(id)) return [];
  const found = questions.filter((question) => question.id.startsWith(id));
  const [question] = found;
  if (question === undefined) {
    if (decision === undefined) return [];
    throw unknownDecision(
      id,
      questions.map((it) => it.id),
    );
  }
  if (found.length > 1) throw ambiguous(id, found);
  const model = new Map(Object.entries(labels ?? {})).get(from) ?? from;
  return [{ option: NEITHER.has(from) ? null : optionOf(question, model) }];
}

function optionOf(question: DesignQuestion, from: string): DesignQuestion['options'][number] {
  const option = question.options.find(({ models }) => models.includes(from));
  if (option !== undefined) return { ...option, ...(option.take && { take: from }) };
  throw noAnswer(question, from, 'neither');
}

function ambiguous(id: string, found: readonly DesignQuestion[]): UsageError {
  const ids = found.map((question) => question.id);
  return new UsageError({
    code: 'unknown-decision',
    message: `"${id}" may mean ${ids.join(' or ')}.`,
    hint: 'Give more digits of the id.',
    details: { id, ids },
  });
}
