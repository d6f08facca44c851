import type { DemoCuebotOptions } from '../demo/demo-cuebot.ts';
import { parseDefects } from '../demo/farm/defects.ts';
import { FARM_SIZES } from '../demo/seed/seed-farm.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';

/** How often a farm that lives is looked after. */
const tickMs = 2_000;

/** Where OpenCue's tools look for a Cuebot. */
const cuebotPort = 8443;

/**
 * Reads what `cuegate demo` may be told. All mistakes come in one UserError.
 *
 * @param values `port`, `seed`, `size`, `speed` and `defects`, as far as they are given
 * @param switches `still` stops the farm's time; `cuebot-only` moves the default port to 8443
 */
export function readDemoOptions(
  values: Readonly<Record<string, string>>,
  switches: ReadonlySet<string>,
): DemoCuebotOptions {
  const mistakes: string[] = [];
  const number = (name: string, fallback: number, isRight: (value: number) => boolean, expected: string) => {
    const text = values[name];
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text.trim() === '' || !isRight(value)) mistakes.push(`--${name} is "${text}"; expected ${expected}`);
    return value;
  };
  const isWhole = (most: number) => (value: number) => Number.isInteger(value) && value >= 0 && value <= most;
  const port = number('port', switches.has('cuebot-only') ? cuebotPort : 0, isWhole(65_535), 'a port, 0 to 65535');
  const seed = number('seed', 1, isWhole(0xffffffff), 'a whole number from 0 to 4294967295');
  const speed = number('speed', 1, (value) => value > 0 && value <= 1000, 'a number above 0, at most 1000');
  const { size = 'small' } = values;
  if (!Object.hasOwn(FARM_SIZES, size)) {
    mistakes.push(`--size is "${size}"; expected small or large${didYouMean(size, Object.keys(FARM_SIZES))}`);
  }
  const defects = readDefects(values['defects'], mistakes);
  if (mistakes.length > 0) throw new UserError('the demo cannot start so:', mistakes);
  return {
    port,
    seed,
    speed,
    farm: FARM_SIZES[size as keyof typeof FARM_SIZES],
    tickMs: switches.has('still') ? 0 : tickMs,
    logs: true,
    ...(defects && { defects }),
  };
}

function readDefects(text: string | undefined, mistakes: string[]): DemoCuebotOptions['defects'] {
  if (text === undefined) return undefined;
  try {
    return parseDefects(text);
  } catch (error) {
    mistakes.push(`--${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
