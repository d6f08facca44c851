import type { Farm } from '../src/demo/farm/farm.ts';

/**
 * How many writes landed on another object than was meant: comments with the subject `whose`, whose message is the id of the job that was
 * meant, and output paths `/written/ID/…`, with the id of the layer.
 */
export function strayWritesOf(farm: Farm): number {
  let strays = 0;
  for (const job of farm.jobs.values()) {
    strays += job.comments.filter(({ subject, message }) => subject === 'whose' && message !== job.id).length;
    for (const layer of job.layers) {
      const paths = [...layer.outputPaths];
      strays += paths.filter((path) => path.startsWith('/written/') && !path.includes(layer.id)).length;
    }
  }
  return strays;
}
