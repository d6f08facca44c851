import type { FrameCounts } from './farm-data.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A number for people, without fractions. */
export function count(value: number): string {
  return whole.format(value);
}

/** Cores: whole ones without a fraction. */
export function cores(value: number): string {
  return Number.isInteger(value) || value >= 100 ? whole.format(value) : oneDigit.format(value);
}

/** A number of cores, with the word. */
export function coreCount(value: number): string {
  return `${cores(value)} ${value === 1 ? 'core' : 'cores'}`;
}

/** A number and its noun. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}

/** A part of a whole, in percent; without a whole, nothing. */
export function percent(part: number, all: number): string {
  // What is not finished must not look so.
  return all === 0 ? '–' : `${part === all ? 100 : Math.min(99, Math.round((100 * part) / all))}%`;
}

/** How long, in the two largest units. */
export function duration(seconds: number): string {
  const all = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [Math.floor(all / 86_400), Math.floor(all / 3600) % 24, Math.floor(all / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min` : `${all} s`;
}

/** Seconds since a moment; undefined where there is none. */
export function secondsSince(moment: string | null): number | undefined {
  return moment === null ? undefined : (Date.now() - Date.parse(moment)) / 1000;
}

/** How long ago, or a dash. */
export function ago(moment: string | null): string {
  const seconds = secondsSince(moment);
  return seconds === undefined ? '–' : `${duration(seconds)} ago`;
}

/** A time of the day by the visitor's clock. */
export function timeOfDay(date: Date): string {
  return date.toLocaleTimeString('en-GB');
}

/** Memory; bytes may come as text. */
export function memory(bytes: string | number): string {
  const gigabytes = Number(bytes) / 2 ** 30;
  return gigabytes >= 100 ? `${whole.format(gigabytes)} GB` : `${oneDigit.format(gigabytes)} GB`;
}

/** The states of frames, in the order in which bars show them. */
export const frameStates = [
  { key: 'succeededFrames', state: 'SUCCEEDED', name: 'done', style: 'done' },
  { key: 'eatenFrames', state: 'EATEN', name: 'eaten', style: 'eaten' },
  { key: 'runningFrames', state: 'RUNNING', name: 'running', style: 'running' },
  { key: 'waitingFrames', state: 'WAITING', name: 'waiting', style: 'waiting' },
  { key: 'dependFrames', state: 'DEPEND', name: 'on others', style: 'depend' },
  { key: 'deadFrames', state: 'DEAD', name: 'dead', style: 'dead' },
] as const satisfies readonly { readonly key: keyof FrameCounts; readonly [more: string]: string }[];

/** The words and the colour of a frame's state. */
export function frameState(state: string): { readonly name: string; readonly style: string } {
  return (
    frameStates.find((each) => each.state === state) ?? {
      name: state.toLowerCase().replaceAll('_', ' '),
      style: 'other',
    }
  );
}

/** How things stand with a host: one word, the letter that stands for it where there is little room, and its colour. */
export interface HostCondition {
  readonly word: string;
  readonly letter: string;
  readonly style: 'up' | 'locked' | 'down' | 'repair';
}

const hardware: Readonly<Record<string, HostCondition>> = {
  DOWN: { word: 'down', letter: 'D', style: 'down' },
  REBOOTING: { word: 'rebooting', letter: 'B', style: 'repair' },
  REBOOT_WHEN_IDLE: { word: 'reboots when idle', letter: 'B', style: 'repair' },
  REPAIR: { word: 'in repair', letter: 'R', style: 'repair' },
};

const locks: Readonly<Record<string, HostCondition>> = {
  LOCKED: { word: 'locked', letter: 'L', style: 'locked' },
  NIMBY_LOCKED: { word: 'in use by an artist', letter: 'N', style: 'locked' },
};

const up: HostCondition = { word: 'up', letter: '', style: 'up' };

/** How things stand with a host, by its hardware and its lock. */
export function conditionOf({
  state,
  lockState,
}: {
  readonly state: string;
  readonly lockState: string;
}): HostCondition {
  return hardware[state] ?? locks[lockState] ?? up;
}
