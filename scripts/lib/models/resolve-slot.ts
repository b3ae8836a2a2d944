import { UsageError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { type Backend, slotOf } from './backend.ts';
import { SLOTS } from './backends.ts';

/** A backend that may serve a slot, and the model that it then runs (null: its own choice). */
export interface Candidate {
  backend: Backend;
  agentModel: string | null;
}

/**
 * What may serve a slot, best first; none for a slot that nobody knows. A backend that the user named for the slot is
 * the only one; else a configured backend of the slot's name; else the slots' table.
 * @throws UsageError `unknown-backend`
 */
export function candidatesFor(
  wanted: { model: string; backend?: string | undefined; agent_model?: string | undefined },
  backends: ReadonlyMap<string, Backend>,
  configured: ReadonlySet<string>,
): Candidate[] {
  const slot = slotOf(wanted.model);
  const own = wanted.backend ?? (configured.has(slot) ? slot : undefined);
  const services = own === undefined ? (SLOTS[slot] ?? []) : [{ backend: own, agentModel: null }];
  return services.map(({ backend: name, agentModel }, index) => {
    const backend = backends.get(name);
    if (backend === undefined) throw unknownBackend(wanted.model, name, backends);
    // What the user chose is spelled for the first backend; another one may not know that name.
    const chosen = index === 0 ? (wanted.agent_model ?? agentModel) : agentModel;
    return { backend, agentModel: chosen ?? backend.agentModel };
  });
}

function unknownBackend(
  model: string,
  name: string,
  backends: ReadonlyMap<string, Backend>,
): UsageError {
  return new UsageError({
    code: 'unknown-backend',
    message: `The model "${model}" is configured to use the backend "${name}", which does not exist.`,
    hint: didYouMean(name, backends.keys()),
    details: { model, backend: name, known: [...backends.keys()] },
  });
}
