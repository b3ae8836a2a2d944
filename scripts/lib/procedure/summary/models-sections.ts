/** Who took part, who failed and why, and what it cost. */
import { causeInWords, duration, number } from '../../report/wording.ts';
import { howItEnded } from '../run-state.ts';
import { exact, prose, table } from './cells.ts';
import { type Costs, costsByModel, sumInWords, totalOf } from './costs.ts';
import type { ModelInPass, SummaryFacts } from './summary-facts.ts';

export function modelsSection({ data, passes, imported }: SummaryFacts): string[] {
  const absent = data.models.filter(({ available }) => !available);
  return [
    '## Who took part',
    '',
    ...table(
      ['pass', 'model', 'program', 'outcome', 'why', 'result'],
      [
        ...passes.flatMap(({ pass, models }) => models.map((it) => [String(pass), ...cellsOf(it)])),
        ...absent.map(({ model, backend, reason }) => [
          ...['', exact(model), backend === null ? '' : exact(backend)],
          ...['did not take part', prose(reason ?? 'no reason was given'), ''],
        ]),
      ],
    ),
    ...(imported === null
      ? []
      : ['', `The models ran in session ${imported.imported_from}, not here.`]),
  ];
}

function cellsOf({ model, run, capture }: ModelInPass): string[] {
  const program = [model.backend ?? model.role, model.version, model.agent_model];
  return [
    exact(model.model),
    prose(program.filter((word) => word !== null).join(' ')),
    run === null ? 'not run' : howItEnded(run),
    run === null ? '' : whyOf(run),
    capture === null ? 'not captured' : capture.state,
  ];
}

function whyOf({ status, cause, message, resets_at }: NonNullable<ModelInPass['run']>): string {
  if (status === 'succeeded') return '';
  const words = message ?? (cause === null ? '' : causeInWords(cause));
  return prose(resets_at === null ? words : `${words} (filled again at ${resets_at})`);
}

export function costsSection({ passes }: SummaryFacts): string[] {
  const rows = costsByModel(passes).filter(({ runs }) => runs > 0);
  return [
    '## Time, tokens and cost',
    '',
    ...(rows.length === 0
      ? ['No model was run.']
      : [
          ...table(
            ['model', 'runs', 'retries', 'time', 'tokens in', 'tokens out', 'cost'],
            [...rows, totalOf(rows)].map(costCells),
          ),
          '',
          'Over all passes, as the programs told it; what they did not tell is unknown. Models run side by side: their times add up to more than anybody waited.',
        ]),
  ];
}

function costCells({ model, runs, retries, ms, input, output, usd }: Costs): string[] {
  return [
    ...[exact(model), String(runs), String(retries)],
    ...[sumInWords(ms, duration), sumInWords(input, number), sumInWords(output, number)],
    sumInWords(usd, (value) => `$${value.toFixed(value < 0.01 && value > 0 ? 4 : 2)}`),
  ];
}
