import type { JobRow, LayerRow } from '../farm/rows.ts';
import { failedPrecondition, unimplemented } from '../wire/cuebot-error.ts';
import type { EntityReference, RpcHandler, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import { createAllocationService } from './allocation-service.ts';
import { createCommentService } from './comment-service.ts';
import type { Cuebot } from './cuebot.ts';
import { createCueService } from './cue-service.ts';
import { createDepartmentService, createTaskService } from './department-service.ts';
import { createDependService } from './depend-service.ts';
import { createFacilityService } from './facility-service.ts';
import { createActionService, createFilterService, createMatcherService } from './filter-service.ts';
import { createFrameService } from './frame-service.ts';
import { createGroupService } from './group-service.ts';
import { createHostService } from './host-service.ts';
import { createJobService } from './job-service.ts';
import { createLayerService } from './layer-service.ts';
import { createLimitService } from './limit-service.ts';
import { createDeedService, createOwnerService, createRenderPartitionService } from './owner-service.ts';
import { createProcService } from './proc-service.ts';
import { createServant } from './servant.ts';
import { createServiceOverrideService, createServiceService } from './service-service.ts';
import { createShowService } from './show-service.ts';
import { createSubscriptionService } from './subscription-service.ts';

/** What handlers may be told. */
export interface HandlerOptions {
  readonly finishedJobsReadonly?: boolean;
  /** For how long a defective servant keeps the object of a call where others overwrite it, in milliseconds. */
  readonly servantMs?: (row: { readonly id: string }) => number;
}

/** What Cuebot declares, and answers UNIMPLEMENTED. */
const NEVER_IMPLEMENTED = [
  'department.DepartmentInterface/Delete',
  'facility.FacilityInterface/GetAllocations',
  'job.LayerInterface/SetMinGpu',
];

/** Every handler of the demo by `pkg.Service/Method`. */
export function createHandlers(
  cuebot: Cuebot,
  { finishedJobsReadonly = false, servantMs = () => 0 }: HandlerOptions = {},
): ReadonlyMap<string, RpcHandler> {
  const isLanesDefect = cuebot.farm.defects.has('lanes');
  const services: Readonly<Record<string, ServiceHandlers>> = {
    'comment.CommentInterface': createCommentService(cuebot),
    'cue.CueInterface': createCueService(cuebot),
    'department.DepartmentInterface': createDepartmentService(cuebot),
    'depend.DependInterface': createDependService(cuebot),
    'facility.AllocationInterface': createAllocationService(cuebot),
    'facility.FacilityInterface': createFacilityService(cuebot),
    'filter.ActionInterface': createActionService(cuebot),
    'filter.FilterInterface': createFilterService(cuebot),
    'filter.MatcherInterface': createMatcherService(cuebot),
    'host.DeedInterface': createDeedService(cuebot),
    'host.HostInterface': createHostService(cuebot),
    'host.OwnerInterface': createOwnerService(cuebot),
    'host.ProcInterface': createProcService(cuebot),
    'job.FrameInterface': createFrameService(cuebot),
    'job.GroupInterface': createGroupService(cuebot),
    'job.JobInterface': createJobService(cuebot, createServant<JobRow>(isLanesDefect, servantMs)),
    'job.LayerInterface': createLayerService(cuebot, createServant<LayerRow>(isLanesDefect, servantMs)),
    'limit.LimitInterface': createLimitService(cuebot),
    'renderPartition.RenderPartitionInterface': createRenderPartitionService(cuebot),
    'service.ServiceInterface': createServiceService(cuebot),
    'service.ServiceOverrideInterface': createServiceOverrideService(cuebot),
    'show.ShowInterface': createShowService(cuebot),
    'subscription.SubscriptionInterface': createSubscriptionService(cuebot),
    'task.TaskInterface': createTaskService(cuebot),
  };
  const handlers = new Map<string, RpcHandler>(
    NEVER_IMPLEMENTED.map((name) => [
      name,
      () => {
        throw unimplemented(name);
      },
    ]),
  );
  for (const [service, methods] of Object.entries(services)) {
    for (const [method, handler] of Object.entries(methods)) handlers.set(`${service}/${method}`, handler);
  }
  return finishedJobsReadonly ? guardFinishedJobs(cuebot, handlers) : handlers;
}

// What Cuebot lets through for finished jobs even when they are readonly: an oversight, but clients live with it.
const UNGUARDED =
  /^job\.(?:JobInterface\/(?:Get|Find|Is|Launch|Kill$|Pause|Resume|SetMinCores|Set(?:Min|Max)Gpus|AddComment|ShutdownIfCompleted|AddSubscriber)|LayerInterface\/(?:Get|Find|KillFrames|SetMaxGpus))/;

/** The switch of Cuebot's configuration that keeps finished jobs, and their layers, as they are. */
function guardFinishedJobs({ farm }: Cuebot, handlers: ReadonlyMap<string, RpcHandler>): Map<string, RpcHandler> {
  interface Request {
    readonly job?: EntityReference | null;
    readonly layer?: EntityReference | null;
  }
  const jobOf = (name: string, { job, layer }: Request) =>
    name.startsWith('job.JobInterface/') ? farm.jobs.get(idOf(job ?? null)) : farm.layers.get(idOf(layer ?? null))?.job;
  const guarded = new Map(handlers);
  for (const [name, handler] of handlers) {
    if (!/^job\.(?:Job|Layer)Interface\//.test(name) || UNGUARDED.test(name)) continue;
    guarded.set(name, (request: never) => {
      if (jobOf(name, request)?.state === 'FINISHED') throw failedPrecondition('Finished jobs are readonly');
      return handler(request);
    });
  }
  return guarded;
}
