import type { Logger } from '../telemetry/logger.ts';

/**
 * Keeps the process alive when a promise rejects and nobody looks. Node would end it, and with it everybody's requests, for a
 * defect in the answer to one. It is told as the defect that it is.
 *
 * graphql-js 16 leaves such promises: where an element of a list fails at once while others of it still wait, nobody waits for
 * those any more.
 */
export function surviveRejections(logger: Logger): void {
  process.on('unhandledRejection', (reason) => {
    logger.error({ err: reason }, 'a promise was rejected and nobody looked: a defect, of which please tell us');
  });
}
