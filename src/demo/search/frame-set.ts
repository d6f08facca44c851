/**
 * Expands a frame range as job specs and criteria write it: `7`, `1-10`, `1-10x2` (every second), `1-10y2` (the others),
 * `1-10:2` (interleaved, the same set), parts joined by commas. Returns undefined for what does not parse.
 */
export function expandFrameSet(expression: string): Set<number> | undefined {
  const frames = new Set<number>();
  for (const part of expression.split(',')) {
    const range = expandPart(part.trim());
    if (!range) return undefined;
    for (const frame of range) frames.add(frame);
  }
  return frames;
}

// A range of a hundred thousand frames is the largest job there is; more is a typing error that should not cost memory.
const MOST_FRAMES = 1_000_000;

function expandPart(part: string): number[] | undefined {
  const match = /^(-?\d+)(?:-(-?\d+)(?:([xy:])(-?\d+))?)?$/.exec(part);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  const step = Math.abs(Number(match[4] ?? 1));
  if (step === 0 || Math.abs(last - first) > MOST_FRAMES) return undefined;
  const direction = Math.sign(last - first) || 1;
  const frames: number[] = [];
  const stride = match[3] === 'x' ? step : 1;
  for (let frame = first; direction > 0 ? frame <= last : frame >= last; frame += direction * stride) {
    if (match[3] === 'y' && (frame - first) % step === 0) continue;
    frames.push(frame);
  }
  return frames;
}
