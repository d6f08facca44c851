import type { Farm } from '../farm/farm.ts';
import { chunkFrames } from '../farm/frame-set.ts';
import type { DependType } from '../farm/rows.ts';
import { validateSpec } from './dtd.ts';
import type { JobSpec, LocalBooking, SpecDepend, SpecJob, SpecLayer } from './job-spec.ts';
import type { SpecPlace } from './names.ts';
import { conformFrameName, conformJobName, conformName, SpecError } from './names.ts';
import type { XmlElement } from './parse-xml.ts';
import { parseXml } from './parse-xml.ts';
import { readLayer } from './read-layer.ts';
import { childText, optionalNumber, readBoolean, readEnvironment, readInteger } from './read-values.ts';

const MOST_LAYERS = 2000;
const MOST_FRAMES = 100_000;
// Whatever a spec asks for, a frame is tried once again at most.
const MOST_RETRIES = 1;

/**
 * Reads a job spec, `cjsl` in XML. The farm tells what its services give to layers. Throws a SpecError in Cuebot's words;
 * nothing of the farm changes.
 */
export function readSpec(farm: Farm, xml: string): JobSpec {
  const document = parseXml(xml);
  validateSpec(document);
  const { root } = document;
  const place = readPlace(root);
  const uid = optionalNumber(root, 'uid');
  if (place.user === 'root' || uid === 0) throw new SpecError('Cannot launch jobs as root.');
  const frames = { total: 0 };
  return {
    ...place,
    facility: childText(root, 'facility')?.toLowerCase(),
    uid,
    email: childText(root, 'email'),
    jobs: childrenOf(root, 'job').map((job) => readJob(farm, place, job, frames)),
    depends: childrenOf(root, 'depends')
      .slice(0, 1)
      .flatMap((depends) => depends.children.map((depend) => readDepend(place, depend))),
  };
}

/** The show is taken as it is written: only CreateShow changes names. */
function readPlace(root: XmlElement): SpecPlace {
  return {
    show: childText(root, 'show') ?? '',
    shot: conformName('Shot', childText(root, 'shot') ?? ''),
    user: childText(root, 'user') ?? '',
  };
}

function childrenOf({ children }: XmlElement, name: string): XmlElement[] {
  return children.filter((child) => child.name === name);
}

function readJob(farm: Farm, place: SpecPlace, element: XmlElement, frames: { total: number }): SpecJob {
  const name = conformJobName(place, element.attributes['name'] ?? '');
  const layers = readLayers(farm, place, element, name, frames);
  const isPost = ({ type }: SpecLayer) => type === 'POST';
  const main = layers.filter((layer) => !isPost(layer));
  if (main.length === 0) throw new SpecError(`The job ${name} has no layers`);
  const retries = optionalNumber(element, 'maxretries') ?? MOST_RETRIES;
  return {
    name,
    isPaused: readBoolean(childText(element, 'paused')),
    autoEat: readBoolean(childText(element, 'autoeat')),
    priority: optionalNumber(element, 'priority') ?? 1,
    maxRetries: Math.min(Math.max(retries, 0), MOST_RETRIES),
    maxCores: optionalNumber(element, 'maxcores'),
    maxGpus: optionalNumber(element, 'maxgpus'),
    os: childText(element, 'os') ?? '',
    environment: readEnvironment(element),
    localBooking: readLocalBooking(element),
    layers: main,
    postLayers: layers.filter(isPost),
  };
}

function readLayers(
  farm: Farm,
  { show }: SpecPlace,
  job: XmlElement,
  jobName: string,
  frames: { total: number },
): SpecLayer[] {
  const layers: SpecLayer[] = [];
  for (const element of childrenOf(job, 'layers').flatMap(({ children }) => children)) {
    const layer = readLayer(farm, show, element, layers.length + 1);
    if (layers.some(({ name }) => name === layer.name)) {
      throw new SpecError(`error, the layer ${layer.name} was already defined in job ${jobName}`);
    }
    layers.push(layer);
    frames.total += countFrames(layer);
    if (layers.length > MOST_LAYERS) {
      throw new SpecError(
        `error, your job has ${layers.length} layers,  the maximum number of allowed layers is ${MOST_LAYERS}`,
      );
    }
    if (frames.total > MOST_FRAMES) {
      throw new SpecError(
        `error, your job has ${frames.total} frames, the maximum number of allowed frames is ${MOST_FRAMES}`,
      );
    }
  }
  return layers;
}

function countFrames({ range, chunkSize }: SpecLayer): number {
  try {
    return chunkFrames(range, chunkSize).length;
  } catch {
    throw new SpecError(`error, the range ${range} is invalid`);
  }
}

function readLocalBooking(job: XmlElement): LocalBooking | undefined {
  const [local] = childrenOf(job, 'localbook');
  if (!local) return undefined;
  const number = (name: string) => readInteger(local.attributes[name] ?? '0');
  return {
    host: local.attributes['host'] ?? '',
    cores: number('cores'),
    memory: number('memory'),
    threads: number('threads'),
    gpuMemory: number('gpu'),
  };
}

function readDepend(place: SpecPlace, element: XmlElement): SpecDepend {
  const type = (element.attributes['type'] ?? '').toUpperCase() as DependType;
  const job = (name: string) => conformJobName(place, childText(element, name) ?? '');
  const layer = (name: string) => {
    const text = childText(element, name);
    return text === undefined ? undefined : conformName('Layer', text);
  };
  const frame = (name: string) => {
    const text = childText(element, name);
    return text === undefined ? undefined : conformFrameName(text);
  };
  const depend = {
    type,
    // Other types know no such thing, whatever they say.
    anyFrame: type === 'LAYER_ON_LAYER' && readBoolean(element.attributes['anyframe']),
    erJob: job('depjob'),
    onJob: job('onjob'),
    erLayer: layer('deplayer'),
    onLayer: layer('onlayer'),
    erFrame: frame('depframe'),
    onFrame: frame('onframe'),
  };
  if (depend.erFrame !== undefined && depend.erFrame === depend.onFrame) {
    throw new SpecError(`The frame name: ${depend.erFrame} cannot depend on itself.`);
  }
  return depend;
}
