import type { Logger } from '../telemetry/logger.ts';

/**
 * Ends the process gracefully at the first SIGTERM or SIGINT, at once at the second, and in any case a little after the
 * given time.
 */
export function closeOnSignal(close: () => Promise<void>, timeoutMs: number, logger: Logger): void {
  let isClosing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isClosing) process.exit(1);
    isClosing = true;
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
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
