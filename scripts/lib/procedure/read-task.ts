import { UsageError } from '../errors.ts';
import { readInput } from '../input.ts';
import { parseTriggers, type Triggers } from '../models/triggers.ts';

/**
 * The task that options give, with its triggers read and stripped.
 * @throws UsageError `empty-task`
 */
export async function readTask(options: {
  task?: string | undefined;
  taskFile?: string | undefined;
}): Promise<Triggers> {
  const text = await readInput('task', { text: options.task, file: options.taskFile });
  const triggers = parseTriggers(text ?? '');
  if (triggers.task.trim() !== '') return triggers;
  throw new UsageError({
    code: 'empty-task',
    message: 'There is no task: nothing was given, or nothing but triggers.',
    hint: 'Say what is to be done: --task "Add a retry to the HTTP client", or --task-file with a file.',
  });
}
