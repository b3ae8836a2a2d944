import { Refusal, UsageError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import {
  type CaptureRecord,
  captureOf,
  participants,
  type Session,
  type SessionModel,
} from './session.ts';
import { sessionCommand } from './session-command.ts';

/**
 * The session's models that options name: each --model, or with --all every one that takes part.
 * @throws UsageError unknown-model, no-model; Refusal model-unavailable
 */
export function selectModels(
  session: Session,
  { model, all }: { model: readonly string[]; all: boolean },
): SessionModel[] {
  if (all) return participants(session);
  if (model.length === 0) {
    throw new UsageError({
      code: 'no-model',
      message: 'No model was named.',
      hint: `Name one or more with --model (${participants(session)
        .map((it) => it.model)
        .join(', ')}), or take --all.`,
    });
  }
  return [...new Set(model)].map((name) => selectModel(session, name));
}

function selectModel(session: Session, name: string): SessionModel {
  const found = session.data.models.find((it) => it.model === name);
  if (found === undefined) {
    const known = session.data.models.map((it) => it.model);
    throw new UsageError({
      code: 'unknown-model',
      message: `The session has no model "${name}". ${didYouMean(name, known)}`,
      hint: `Its models are: ${known.join(', ')}.`,
      details: { model: name, known },
    });
  }
  if (!found.available) {
    throw new Refusal({
      code: 'model-unavailable',
      message: `${name} does not take part in this session: ${found.reason}`,
      hint: 'Install or configure its program and start a new session, or go on without it.',
      details: { model: name },
    });
  }
  return found;
}

/** @throws Refusal `not-captured` */
export function requireCapture(session: Session, model: string, pass: number): CaptureRecord {
  const capture = captureOf(session, model, pass);
  if (capture !== null) return capture;
  throw new Refusal({
    code: 'not-captured',
    message: `${model} has not been captured in this pass.`,
    hint: sessionCommand(session, 'capture-diff', '--model', model),
    details: { model },
  });
}

/** @throws UsageError when the pass does not exist (yet) */
export function selectPass(session: Session, pass: number | undefined): number {
  const { current_pass } = session.data;
  if (pass === undefined || pass <= current_pass) return pass ?? current_pass;
  throw new UsageError({
    code: 'unknown-pass',
    message: `The session has no pass ${pass}: its current pass is ${current_pass}.`,
    hint: 'Name one of those that there are; next-pass sets up another.',
    details: { pass, current_pass },
  });
}
