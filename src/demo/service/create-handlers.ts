import type { Farm } from '../farm/farm.ts';
import type { RpcHandler, ServiceHandlers } from '../wire/rpc-handler.ts';
import { createCueService } from './cue-service.ts';
import { createFrameService } from './frame-service.ts';
import { createHostService } from './host-service.ts';
import { createJobService } from './job-service.ts';
import { createLayerService } from './layer-service.ts';
import { createProcService } from './proc-service.ts';
import { createServant } from './servant.ts';
import { createShowService } from './show-service.ts';

/** Every handler of the demo by `pkg.Service/Method`. */
export function createHandlers(farm: Farm, servantDefect: boolean): ReadonlyMap<string, RpcHandler> {
  const services: Readonly<Record<string, ServiceHandlers>> = {
    'cue.CueInterface': createCueService(farm),
    'host.HostInterface': createHostService(farm),
    'host.ProcInterface': createProcService(farm),
    'job.FrameInterface': createFrameService(farm),
    'job.JobInterface': createJobService(farm, createServant(servantDefect)),
    'job.LayerInterface': createLayerService(farm, createServant(servantDefect)),
    'show.ShowInterface': createShowService(farm),
  };
  const handlers = new Map<string, RpcHandler>();
  for (const [service, methods] of Object.entries(services)) {
    for (const [method, handler] of Object.entries(methods)) handlers.set(`${service}/${method}`, handler);
  }
  return handlers;
}
