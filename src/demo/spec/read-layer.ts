import type { ServiceRow } from '../farm/configuration-rows.ts';
import type { Farm } from '../farm/farm.ts';
import { LEAST_MEMORY } from '../farm/filters.ts';
import type { LayerType } from '../farm/rows.ts';
import type { SpecLayer } from './job-spec.ts';
import { conformName, SpecError } from './names.ts';
import type { XmlElement } from './parse-xml.ts';
import {
  childText,
  optionalNumber,
  readBoolean,
  readDecimal,
  readEnvironment,
  readInteger,
  readMemory,
  readNames,
} from './read-values.ts';

// Core points: fewer than the least become the usual number, more than the most become the most.
const LEAST_POINTS = 10;
const USUAL_POINTS = 100;
const MOST_POINTS = 2400;
const MOST_GPU_MEMORY = 104_857_600;
const DEFAULT_SERVICE = 'default';
const TAG = /^[\w.-]{3,}$/;

/** Reads a layer. What it does not say comes from the first of its services that exists, or from the default one. */
export function readLayer(farm: Farm, showName: string, element: XmlElement, dispatchOrder: number): SpecLayer {
  const services = readNames(element, 'services');
  const service = findService(farm, showName, services);
  const name = conformName('Layer', element.attributes['name'] ?? '');
  const memory = childText(element, 'memory');
  const minCores = readCores(childText(element, 'cores'), service) / 100;
  return {
    name,
    type: (element.attributes['type'] ?? '').toUpperCase() as LayerType,
    command: childText(element, 'cmd') ?? '',
    range: childText(element, 'range') ?? '',
    chunkSize: readInteger(childText(element, 'chunk') ?? ''),
    dispatchOrder,
    minCores,
    maxCores: service.maxCores / 100,
    isThreadable: readThreadable(element, minCores, service),
    minMemory: memory === undefined ? service.minMemory : Math.max(readMemory(memory), LEAST_MEMORY),
    isMemoryOwn: memory !== undefined,
    minGpus: optionalNumber(element, 'gpus') ?? service.minGpus,
    maxGpus: service.maxGpus,
    minGpuMemory: readGpuMemory(element, service),
    timeout: optionalNumber(element, 'timeout') ?? service.timeout,
    timeoutLlu: optionalNumber(element, 'timeout_llu') ?? service.timeoutLlu,
    tags: readTags(childText(element, 'tags'), service),
    services: services.length > 0 && isKnown(farm, showName, services) ? services : [...services, service.name],
    limits: readNames(element, 'limits'),
    outputPaths: readNames(element, 'outputs'),
    environment: readEnvironment(element),
  };
}

function findService(farm: Farm, showName: string, names: readonly string[]): ServiceRow {
  for (const name of [...names, DEFAULT_SERVICE]) {
    const service = serviceOf(farm, showName, name);
    if (service) return service;
  }
  throw new SpecError('Incorrect result size: expected 1, actual 0');
}

function isKnown(farm: Farm, showName: string, names: readonly string[]): boolean {
  return names.some((name) => serviceOf(farm, showName, name) !== undefined);
}

/** A show's own version of a service comes first. */
function serviceOf(farm: Farm, showName: string, name: string): ServiceRow | undefined {
  const override = [...farm.serviceOverrides.values()].find(
    ({ show, data }) => show.name === showName && data.name === name,
  );
  return override?.data ?? [...farm.services.values()].find((service) => service.name === name);
}

/** Core points, 100 to a core, from `1.5` (cores) or `150` (points). */
function readCores(text: string | undefined, service: ServiceRow): number {
  if (text === undefined) return service.minCores;
  const isDecimal = text.includes('.');
  const half = text.includes('-') ? -0.5 : 0.5;
  const points = isDecimal ? Math.trunc(readDecimal(text) * 100 + half) : readInteger(text);
  if (points > 0 && points < LEAST_POINTS) return USUAL_POINTS;
  return Math.min(points, MOST_POINTS);
}

/** Less than a core cannot be shared among threads. */
function readThreadable(element: XmlElement, minCores: number, service: ServiceRow): boolean {
  if (minCores > 0 && minCores < 1) return false;
  const text = childText(element, 'threadable');
  return text === undefined ? service.threadable : readBoolean(text);
}

/** A value that makes no sense is logged by Cuebot and then left at nothing. */
function readGpuMemory(element: XmlElement, service: ServiceRow): number {
  const text = childText(element, 'gpu_memory') ?? childText(element, 'gpu');
  if (text === undefined) return service.minGpuMemory;
  try {
    const memory = readMemory(text);
    return memory > MOST_GPU_MEMORY ? 0 : Math.max(memory, 0);
  } catch {
    return 0;
  }
}

function readTags(text: string | undefined, service: ServiceRow): readonly string[] {
  if (text === undefined || text === '') return service.tags;
  const tags = text.replaceAll(' ', '').replace(/\|+$/, '').split('|');
  for (const tag of tags) {
    if (TAG.test(tag)) continue;
    throw new SpecError(`error, invalid tag ${tag}, tags must be alpha numberic and at least 3 characters in length.`);
  }
  return [...new Set(tags)];
}
