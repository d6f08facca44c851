import { readFileSync } from 'node:fs';

/**
 * What is known of each RPC of a real Cuebot: whether it reads or writes, and when its effect is there. `S`: with the answer;
 * `H`: too, and the render host was asked; `Q`: later, by the manage queue; `L`: later, by the launch queue; `X`: never, since it is
 * declared and not implemented.
 */
export const MODES: Readonly<Record<string, readonly [kind: 'R' | 'W', mode: 'S' | 'H' | 'Q' | 'L' | 'X']>> =
  JSON.parse(readFileSync(new URL('../../recorded/cuebot-modes.json', import.meta.url), 'utf8'));
