import type { Logger } from '../telemetry/logger.ts';

/**
 * What a signal does at the moment. Signals are the process's, and so is this: the program listens from its first line on, and
 * the command that is being started says later how it ends.
 */
let onStop: (signal: NodeJS.Signals) => void = endAtOnce;
let onHangUp: () => void = () => {};
let isListening = false;

const listeners: Readonly<Partial<Record<NodeJS.Signals, (signal: NodeJS.Signals) => void>>> = {
  SIGTERM: (signal) => onStop(signal),
  SIGINT: (signal) => onStop(signal),
  SIGHUP: () => onHangUp(),
};

/**
 * Listens to signals before anything else is done or loaded; so this module imports nothing. A container's first process gets
 * none that it does not listen to, so a SIGTERM while it starts would be lost, and the container killed half a minute later.
 * Until `closeOnSignal` says better, there is nothing to finish: the process ends at once, with 0.
 *
 * SIGHUP is what a closed terminal sends, and what asks servers to read their files again. It ends nothing.
 */
export function listenToSignals(): void {
  if (isListening) return;
  isListening = true;
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
}

/** From now on signals do what they do to any program: a command that ends by itself has nothing to close. */
export function leaveSignals(): void {
  isListening = false;
  for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
}

/**
 * From now on ends the process gracefully at the first SIGTERM or SIGINT, at once at the second, and in any case a little
 * after the given time.
 *
 * @param reload what SIGHUP does; not given: nothing
 */
export function closeOnSignal(
  close: () => Promise<void>,
  timeoutMs: number,
  logger: Logger,
  reload?: () => Promise<void>,
): void {
  listenToSignals();
  onHangUp = () => {
    if (reload === undefined) logger.info({ signal: 'SIGHUP' }, 'SIGHUP changes nothing; SIGTERM stops');
    else void reload();
  };
  onStop = (signal) => {
    onStop = () => process.exit(1);
    logger.info({ signal }, 'stopping; once more to stop at once');
    setTimeout(() => process.exit(1), timeoutMs + 1_000).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
}

function endAtOnce(): void {
  process.exit(0);
}
