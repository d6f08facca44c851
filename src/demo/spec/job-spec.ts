import type { DependType, LayerType } from '../farm/rows.ts';

/** A job spec that was read; names are as Cuebot keeps them. */
export interface JobSpec {
  readonly facility: string | undefined;
  readonly show: string;
  readonly shot: string;
  readonly user: string;
  readonly uid: number | undefined;
  readonly email: string | undefined;
  readonly jobs: readonly SpecJob[];
  readonly depends: readonly SpecDepend[];
}

/** One job of a spec. */
export interface SpecJob {
  readonly name: string;
  readonly isPaused: boolean;
  readonly autoEat: boolean;
  readonly priority: number;
  readonly maxRetries: number;
  readonly maxCores: number | undefined;
  readonly maxGpus: number | undefined;
  readonly os: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly localBooking: LocalBooking | undefined;
  readonly layers: readonly SpecLayer[];
  /** POST layers: they make a job of their own. */
  readonly postLayers: readonly SpecLayer[];
}

/** The part of the submitter's own workstation that a job asks for; memory in KB. */
export interface LocalBooking {
  readonly host: string;
  readonly cores: number;
  readonly memory: number;
  readonly threads: number;
  readonly gpuMemory: number;
}

/** One layer of a job; cores as floats, memory in KB. */
export interface SpecLayer {
  readonly name: string;
  readonly type: LayerType;
  readonly command: string;
  readonly range: string;
  readonly chunkSize: number;
  readonly dispatchOrder: number;
  readonly minCores: number;
  readonly maxCores: number;
  readonly isThreadable: boolean;
  readonly minMemory: number;
  /** Whether the spec itself names the memory, which history must not change then. */
  readonly isMemoryOwn: boolean;
  readonly minGpus: number;
  readonly maxGpus: number;
  readonly minGpuMemory: number;
  readonly timeout: number;
  readonly timeoutLlu: number;
  readonly tags: readonly string[];
  readonly services: readonly string[];
  readonly limits: readonly string[];
  readonly outputPaths: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** One depend of a spec. Which names are set depends on the type. */
export interface SpecDepend {
  readonly type: DependType;
  readonly anyFrame: boolean;
  readonly erJob: string;
  readonly erLayer: string | undefined;
  readonly erFrame: string | undefined;
  readonly onJob: string;
  readonly onLayer: string | undefined;
  readonly onFrame: string | undefined;
}
