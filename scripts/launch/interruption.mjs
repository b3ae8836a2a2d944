import { LauncherError } from './launcher-error.mjs';

/** What a first start makes ready is given up in order: npm ended, nothing half made left, and said in JSON. */
export function interruptOnSignals() {
  const controller = new AbortController();
  const statuses = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
  const handlers = Object.entries(statuses).map(([signal, exitStatus]) => {
    const message = `Interrupted by ${signal}, before the script could start.`;
    const hint = 'Run the same command again.';
    const reason = new LauncherError({ code: 'interrupted', message, hint, exitStatus });
    return /** @type {const} */ ([signal, () => controller.abort(reason)]);
  });
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    signal: controller.signal,
    stop: () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
