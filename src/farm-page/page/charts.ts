import { setAttributes, svg } from './elements.ts';
import type { FrameCounts, Share } from './farm-data.ts';
import { cores, count, frameStates } from './words.ts';

/** A picture that is told what it shows whenever that has changed. */
export interface Chart<T> {
  readonly root: SVGSVGElement;
  readonly update: (value: T) => void;
}

/** A bar of frames by their states, in one order everywhere. Its text says the same. */
export function createFrameBar(): Chart<FrameCounts> {
  const parts = frameStates.map(({ style }) => svg('rect', { class: `fill-${style}`, y: 0, height: '100%' }));
  const root = svg(
    'svg',
    { class: 'frame-bar', role: 'img' },
    svg('rect', { class: 'track', width: '100%', height: '100%' }),
  );
  root.append(...parts);
  return {
    root,
    update: (counts) => {
      const total = Math.max(1, counts.totalFrames);
      let start = 0;
      for (const [index, { key }] of frameStates.entries()) {
        const share = (100 * counts[key]) / total;
        setAttributes(parts[index]!, { x: `${start.toFixed(3)}%`, width: `${share.toFixed(3)}%` });
        start += share;
      }
      setAttributes(root, { 'aria-label': describeCounts(counts) });
    },
  };
}

/** The frames that there are, by state, in words. */
export function describeCounts(counts: FrameCounts): string {
  const parts = frameStates
    .filter(({ key }) => counts[key] > 0)
    .map(({ key, name }) => `${count(counts[key])} ${name}`);
  return `${count(counts.totalFrames)} frames: ${parts.join(', ') || 'none'}`;
}

/** A share: what is used on a track that ends at the burst, with a mark at the size. */
export function createShareBar(): Chart<Pick<Share, 'used' | 'size' | 'burst'>> {
  const used = svg('rect', { class: 'share-used', height: '100%' });
  const over = svg('rect', { class: 'share-over', height: '100%' });
  const mark = svg('line', { class: 'share-size', y1: 0, y2: '100%' });
  const track = svg('rect', { class: 'track', width: '100%', height: '100%' });
  const root = svg('svg', { class: 'share-bar', role: 'img' }, track, used, over, mark);
  return {
    root,
    update: ({ used: taken, size, burst }) => {
      const end = Math.max(1, burst, size, taken);
      const at = (value: number) => `${((100 * value) / end).toFixed(2)}%`;
      setAttributes(used, { width: at(Math.min(taken, size)) });
      setAttributes(over, { x: at(size), width: at(Math.max(0, taken - size)) });
      setAttributes(mark, { x1: at(size), x2: at(size) });
      setAttributes(root, {
        'aria-label': `${cores(taken)} cores used of a share of ${cores(size)}, at most ${cores(burst)}`,
      });
    },
  };
}

/** How many samples a line shows. */
export const sampleCount = 90;

/** How a number went while the page was open. For the eye alone: the number stands beside it. */
export function createSparkline(): Chart<readonly number[]> {
  const area = svg('path', { class: 'spark-area' });
  const line = svg('path', { class: 'spark-line', 'vector-effect': 'non-scaling-stroke' });
  const root = svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${sampleCount - 1} 24`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    area,
    line,
  );
  return {
    root,
    update: (samples) => {
      const [least, most] = [Math.min(...samples), Math.max(...samples)];
      // A number that hardly moves must not look as if it did.
      const range = Math.max(most - least, most * 0.1, 1);
      const middle = (least + most) / 2;
      const first = sampleCount - samples.length;
      const heights = samples.map((value) => (12 - ((value - middle) / range) * 18).toFixed(2));
      // Before the first sample there was a farm, too.
      const points = [`0 ${heights[0]}`, ...heights.map((height, index) => `${first + index} ${height}`)];
      setAttributes(line, { d: `M${points.join('L')}` });
      setAttributes(area, { d: `M${points.join('L')}L${sampleCount - 1} 24L0 24Z` });
    },
  };
}
