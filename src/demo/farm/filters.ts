import type { ActionRow, FilterRow, MatcherRow } from './configuration-rows.ts';
import { cutCores } from './cores.ts';
import type { Farm } from './farm.ts';
import { pickRow } from './find-rows.ts';
import type { Inherited } from './job-changes.ts';
import { moveJob } from './job-changes.ts';
import type { JobRow, LayerRow, LayerType, ShowRow } from './rows.ts';

/** KB below which Cuebot lets no layer's memory go. */
export const LEAST_MEMORY = 262_144;

/** Runs the enabled filters of a job's show on it, in their order, until an action stops the processing. */
export function runFilters(farm: Farm, job: JobRow): void {
  const decided = new Set<Inherited>();
  for (const filter of filtersOf(farm, job.group.show)) {
    if (filter.enabled && matches(filter, job) && applyActions(farm, filter, job, decided)) return;
  }
}

/** Runs one filter, enabled or not, on a job. */
export function runFilter(farm: Farm, filter: FilterRow, job: JobRow): void {
  if (matches(filter, job)) applyActions(farm, filter, job, new Set());
}

/** The filters of a show in their order. */
export function filtersOf(farm: Farm, show: ShowRow): FilterRow[] {
  return [...farm.filters.values()].filter((filter) => filter.show === show).sort((a, b) => a.order - b.order);
}

/** Numbers the filters of a show from 1 after one of them was given a place between two others. */
export function renumberFilters(farm: Farm, show: ShowRow): void {
  for (const [index, filter] of filtersOf(farm, show).entries()) filter.order = index + 1;
  farm.touch();
}

/** The actions of a filter as they run: whoever stops the processing comes last. */
export function actionsInOrder({ actions }: FilterRow): ActionRow[] {
  const stops = ({ type }: ActionRow) => (type === 'STOP_PROCESSING' ? 1 : 0);
  return [...actions].sort((a, b) => stops(a) - stops(b));
}

/** A filter without matchers matches nothing. */
function matches({ type, matchers }: FilterRow, job: JobRow): boolean {
  if (matchers.length === 0) return false;
  const test = (matcher: MatcherRow) => isMatch(matcher, inputsOf(matcher.subject, job));
  return type === 'MATCH_ALL' ? matchers.every(test) : matchers.some(test);
}

function inputsOf(subject: string, job: JobRow): readonly string[] {
  switch (subject) {
    case 'SERVICE_NAME':
      return job.layers.flatMap((layer) => layer.services);
    case 'LAYER_NAME':
      return job.layers.map((layer) => layer.name);
    case 'JOB_NAME':
      return [job.name.toLowerCase()];
    case 'SHOW':
      return [job.group.show.name.toLowerCase()];
    case 'SHOT':
      return [job.shot.toLowerCase()];
    case 'USER':
      return [job.user.toLowerCase()];
    case 'PRIORITY':
      return [String(job.priority)];
    case 'FACILITY':
      return [job.facility.name.toLowerCase()];
    default:
      return [''];
  }
}

function isMatch({ type, input }: MatcherRow, values: readonly string[]): boolean {
  switch (type) {
    case 'CONTAINS':
      return values.some((value) => value.includes(input));
    case 'DOES_NOT_CONTAIN':
      return !values.some((value) => value.includes(input));
    case 'IS':
      return values.includes(input);
    case 'IS_NOT':
      return !values.includes(input);
    case 'BEGINS_WITH':
      return values.some((value) => value.startsWith(input));
    case 'ENDS_WITH':
      return values.some((value) => value.endsWith(input));
    default:
      return matchesPattern(input, values);
  }
}

/** A pattern that does not compile matches nothing. */
function matchesPattern(pattern: string, values: readonly string[]): boolean {
  try {
    const compiled = new RegExp(pattern);
    return values.some((value) => compiled.test(value));
  } catch {
    return false;
  }
}

/** True when an action stops the processing. `decided` collects what a later move to a group must not change. */
function applyActions(farm: Farm, filter: FilterRow, job: JobRow, decided: Set<Inherited>): boolean {
  for (const action of actionsInOrder(filter)) {
    if (action.type === 'STOP_PROCESSING') return true;
    applyAction(farm, action, job, decided);
  }
  farm.touch();
  return false;
}

function applyAction(farm: Farm, action: ActionRow, job: JobRow, decided: Set<Inherited>): void {
  switch (action.type) {
    case 'PAUSE_JOB':
      job.isPaused = action.booleanValue;
      return;
    case 'SET_JOB_MIN_CORES':
      job.minCores = cutCores(action.floatValue);
      decided.add('minCores');
      return;
    case 'SET_JOB_MAX_CORES':
      job.maxCores = cutCores(action.floatValue);
      decided.add('maxCores');
      return;
    case 'SET_JOB_PRIORITY':
      job.priority = action.integerValue;
      decided.add('priority');
      return;
    case 'MOVE_JOB_TO_GROUP': {
      const inherited = (['priority', 'maxCores', 'minCores'] as const).filter((key) => !decided.has(key));
      moveJob(farm, job, pickRow(farm.groups, action.groupValue), inherited);
      return;
    }
    case 'SET_MEMORY_OPTIMIZER':
      for (const layer of job.layers) layer.memoryOptimizerEnabled = action.booleanValue;
      return;
    default:
      applyLayerAction(action, job);
  }
}

const LAYER_ACTION = /^SET_ALL_(RENDER|UTIL|PRE)_LAYER_(TAGS|MEMORY|CORES|MIN_CORES|MAX_CORES)$/;

function applyLayerAction(action: ActionRow, job: JobRow): void {
  const match = LAYER_ACTION.exec(action.type);
  if (!match) return;
  const [, type, what] = match;
  for (const layer of job.layers) if (layer.type === (type as LayerType)) changeLayer(layer, what!, action);
}

function changeLayer(layer: LayerRow, what: string, { stringValue, integerValue, floatValue }: ActionRow): void {
  if (what === 'TAGS') layer.tags = stringValue.split(/[\s,|]+/).filter((tag) => tag !== '');
  else if (what === 'MEMORY') layer.minMemory = Math.max(integerValue, LEAST_MEMORY);
  else if (what === 'MAX_CORES') layer.maxCores = cutCores(floatValue);
  else layer.minCores = cutCores(floatValue);
}
