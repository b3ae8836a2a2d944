/** Phase 5: every model's result, captured. */
import type { Repository } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import { captureModel, workplaceOf } from '../session/capture.ts';
import { type PrintedCapture, printCapture } from '../session/printed-capture.ts';
import type { Session, SessionModel } from '../session/session.ts';
import { ensureObjects } from './archive.ts';
import { closeLeftWindows } from './guard.ts';
import { assertNotGated } from './head-on-base.ts';
import { readRunState } from './run-state.ts';

/** Captures the models; one that still runs is captured as it stands, with a warning. */
export async function captureModels(
  repository: Repository,
  session: Session,
  models: readonly SessionModel[],
  pass: number,
  reporter: Reporter,
): Promise<PrintedCapture[]> {
  await closeLeftWindows(repository, session, reporter);
  await ensureObjects(repository, session);
  return Promise.all(
    models.map(async ({ model }) => {
      const warnings: string[] = [];
      if ((await readRunState(session, model, pass))?.status === 'running') {
        warnings.push(`${model} is still running: this is its work so far.`);
      }
      const place = workplaceOf(repository, session, model, pass);
      if (place !== null) await assertNotGated(session, place.directory);
      const capture = await captureModel(repository, session, model, pass);
      const { length } = capture.files;
      reporter.progress(`${model}: ${length === 1 ? '1 file' : `${length} files`} captured`);
      for (const warning of warnings) reporter.warn(warning);
      for (const warning of capture.warnings) reporter.warn(`${model}: ${warning}`);
      return { ...printCapture(capture), warnings: [...warnings, ...capture.warnings] };
    }),
  );
}
