import type { Farm } from '../farm/farm.ts';
import type { RpcHandler, ServiceHandlers } from '../wire/rpc-handler.ts';
import { createAllocationService } from './allocation-service.ts';
import { createCommentService } from './comment-service.ts';
import { createCueService } from './cue-service.ts';
import { createDepartmentService } from './department-service.ts';
import { createDependService } from './depend-service.ts';
import { createFacilityService } from './facility-service.ts';
import { createActionService, createFilterService, createMatcherService } from './filter-service.ts';
import { createFrameService } from './frame-service.ts';
import { createGroupService } from './group-service.ts';
import { createHostService } from './host-service.ts';
import { createJobService } from './job-service.ts';
import { createLayerService } from './layer-service.ts';
import { createLimitService } from './limit-service.ts';
import { createDeedService, createOwnerService } from './owner-service.ts';
import { createProcService } from './proc-service.ts';
import { createServant } from './servant.ts';
import { createServiceService } from './service-service.ts';
import { createShowService } from './show-service.ts';
import { createSubscriptionService } from './subscription-service.ts';

/** Every handler of the demo by `pkg.Service/Method`. */
export function createHandlers(farm: Farm, servantDefect: boolean): ReadonlyMap<string, RpcHandler> {
  const services: Readonly<Record<string, ServiceHandlers>> = {
    'comment.CommentInterface': createCommentService(farm),
    'cue.CueInterface': createCueService(farm),
    'department.DepartmentInterface': createDepartmentService(farm),
    'depend.DependInterface': createDependService(farm),
    'facility.AllocationInterface': createAllocationService(farm),
    'facility.FacilityInterface': createFacilityService(farm),
    'filter.ActionInterface': createActionService(),
    'filter.FilterInterface': createFilterService(farm),
    'filter.MatcherInterface': createMatcherService(farm),
    'host.DeedInterface': createDeedService(farm),
    'host.HostInterface': createHostService(farm),
    'host.OwnerInterface': createOwnerService(farm),
    'host.ProcInterface': createProcService(farm),
    'job.FrameInterface': createFrameService(farm),
    'job.GroupInterface': createGroupService(farm),
    'job.JobInterface': createJobService(farm, createServant(servantDefect)),
    'job.LayerInterface': createLayerService(farm, createServant(servantDefect)),
    'limit.LimitInterface': createLimitService(farm),
    'service.ServiceInterface': createServiceService(farm),
    'show.ShowInterface': createShowService(farm),
    'subscription.SubscriptionInterface': createSubscriptionService(farm),
  };
  const handlers = new Map<string, RpcHandler>();
  for (const [service, methods] of Object.entries(services)) {
    for (const [method, handler] of Object.entries(methods)) handlers.set(`${service}/${method}`, handler);
  }
  return handlers;
}
