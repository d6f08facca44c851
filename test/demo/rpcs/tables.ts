import * as HOSTS from './host-tables.ts';
import * as JOBS from './job-tables.ts';
import type { RpcTable } from './rpc-case.ts';
import * as SHOWS from './show-tables.ts';

/** Cases of every RPC that a real Cuebot serves, by service. */
export const TABLES: Readonly<Record<string, RpcTable>> = {
  'job.JobInterface': JOBS.JOB,
  'job.LayerInterface': JOBS.LAYER,
  'job.FrameInterface': JOBS.FRAME,
  'job.GroupInterface': JOBS.GROUP,
  'host.HostInterface': HOSTS.HOST,
  'host.ProcInterface': HOSTS.PROC,
  'host.OwnerInterface': HOSTS.OWNER,
  'host.DeedInterface': HOSTS.DEED,
  'facility.FacilityInterface': HOSTS.FACILITY,
  'facility.AllocationInterface': HOSTS.ALLOCATION,
  'renderPartition.RenderPartitionInterface': HOSTS.RENDER_PARTITION,
  'cue.CueInterface': HOSTS.CUE,
  'comment.CommentInterface': HOSTS.COMMENT,
  'show.ShowInterface': SHOWS.SHOW,
  'filter.FilterInterface': SHOWS.FILTER,
  'filter.MatcherInterface': SHOWS.MATCHER,
  'filter.ActionInterface': SHOWS.ACTION,
  'subscription.SubscriptionInterface': SHOWS.SUBSCRIPTION,
  'limit.LimitInterface': SHOWS.LIMIT,
  'depend.DependInterface': SHOWS.DEPEND,
  'service.ServiceInterface': SHOWS.SERVICE,
  'service.ServiceOverrideInterface': SHOWS.SERVICE_OVERRIDE,
  'department.DepartmentInterface': SHOWS.DEPARTMENT,
  'task.TaskInterface': SHOWS.TASK,
};
