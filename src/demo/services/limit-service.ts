import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { newLimit } from '../farm/new-limit.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import type { LayerRow, LimitRow } from '../farm/rows.ts';
import { viewLimit } from '../views/limit-view.ts';
import { missingRow } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

interface Named {
  readonly name: string;
}

type CreateRequest = Named & Pick<LimitRow, 'maxValue' | 'type' | 'enforcement' | 'softValue'> & FailureRule;
type FailureRule = Pick<LimitRow, 'exitStatus' | 'delayMinutes' | 'autoTag'>;

/** limit.LimitInterface: everything but the licence server's reports. */
export function createLimitService(farm: Farm): ServiceHandlers {
  return { ...createReads(farm), ...createWrites(farm) };
}

function createReads(farm: Farm): ServiceHandlers {
  const view = (limit: LimitRow) => viewLimit(limit, boundLayers(farm, limit));
  return {
    GetAll: () => ({ limits: [...farm.limits.values()].map(view) }),
    Get: ({ id }: { id: string }) => ({ limit: view(pickRow(farm.limits, id)) }),
    Find: ({ name }: Named) => ({ limit: view(named(farm, name)) }),
    GetBindings(request: BindingsRequest) {
      const limits = chosenLimits(farm, request.limitName);
      return { bindings: limits.flatMap((limit) => viewBindings(farm, limit, request)) };
    },
    GetHolds(request: HoldsRequest) {
      const limits = chosenLimits(farm, request.limitName);
      return { holds: limits.flatMap((limit) => viewHolds(farm, limit, request.hostName)) };
    },
  };
}

function createWrites(farm: Farm): ServiceHandlers {
  const setting =
    <Request extends Named>(valuesOf: (request: Request) => Partial<LimitRow>) =>
    (request: Request) => {
      Object.assign(named(farm, request.name), valuesOf(request));
      farm.touch();
      return {};
    };
  return {
    Create(request: CreateRequest) {
      // No index keeps a second limit of the name out; both are unreachable by name from then on.
      const limit = insert(farm.limits, { ...newLimit(farm.random.uuid(), request.name, 0), ...request });
      farm.touch();
      return { limit: viewLimit(limit, []) };
    },
    Delete({ name }: Named) {
      const limit = named(farm, name);
      farm.limits.delete(limit.id);
      for (const layer of boundLayers(farm, limit)) layer.limits.splice(layer.limits.indexOf(limit), 1);
      farm.touch();
      return {};
    },
    Rename({ oldName, newName }: { oldName: string; newName: string }) {
      named(farm, oldName).name = newName;
      farm.touch();
      return {};
    },
    SetMaxValue: setting(({ maxValue }: Named & Pick<LimitRow, 'maxValue'>) => ({ maxValue })),
    SetType: setting(({ type }: Named & Pick<LimitRow, 'type'>) => ({ type })),
    SetEnforcement: setting(({ enforcement }: Named & Pick<LimitRow, 'enforcement'>) => ({ enforcement })),
    SetSoftValue: setting(({ softValue }: Named & Pick<LimitRow, 'softValue'>) => ({ softValue })),
    SetReportTtl: setting(({ reportTtl }: Named & Pick<LimitRow, 'reportTtl'>) => ({ reportTtl })),
    SetFailureRule: setting(({ exitStatus, delayMinutes, autoTag }: Named & FailureRule) => ({
      exitStatus,
      delayMinutes,
      autoTag,
    })),
  };
}

interface BindingsRequest {
  readonly limitName: string;
  readonly sources: readonly string[];
  readonly layerIds: readonly string[];
}

interface HoldsRequest {
  readonly limitName: string;
  readonly hostName: string;
}

/** The limit of a name; a missing one is INTERNAL even here, where other services say NOT_FOUND. */
function named(farm: Farm, name: string): LimitRow {
  return pickOnly(farm.limits.values(), (limit) => limit.name === name, missingRow);
}

function chosenLimits(farm: Farm, name: string): readonly LimitRow[] {
  return name === '' ? [...farm.limits.values()] : [named(farm, name)];
}

function boundLayers(farm: Farm, limit: LimitRow): LayerRow[] {
  return [...farm.layers.values()].filter((layer) => layer.limits.includes(limit));
}

/** limit.LimitBinding of every layer that names the limit; on this farm all come from job specs. */
function viewBindings(farm: Farm, limit: LimitRow, { sources, layerIds }: BindingsRequest): Message[] {
  if (sources.length > 0 && !sources.includes('SPEC')) return [];
  const layers = boundLayers(farm, limit).filter(({ id }) => layerIds.length === 0 || layerIds.includes(id));
  return layers.map((layer) => ({
    limitId: limit.id,
    layerId: layer.id,
    layerName: layer.name,
    jobName: layer.job.name,
    services: layer.services,
    source: 'SPEC',
    createTime: layer.job.startTime,
  }));
}

/** limit.LimitHold by host and user: a token for each running frame, or one for the whole host. */
function viewHolds(farm: Farm, limit: LimitRow, hostName: string): Message[] {
  const tokens = new Map<string, { host: { id: string; name: string }; user: string; tokens: number }>();
  for (const proc of farm.procs.values()) {
    const { layer } = proc.frame;
    if (!layer.limits.includes(limit) || (hostName !== '' && proc.host.name !== hostName)) continue;
    const key = `${proc.host.id} ${layer.job.user}`;
    const hold = tokens.get(key) ?? { host: proc.host, user: layer.job.user, tokens: 0 };
    hold.tokens = limit.type === 'HOST' ? 1 : hold.tokens + 1;
    tokens.set(key, hold);
  }
  return [...tokens.values()].map((hold) => ({
    limitId: limit.id,
    limitName: limit.name,
    hostName: hold.host.name,
    hostId: hold.host.id,
    tokens: hold.tokens,
    user: hold.user,
    source: 'CUE',
  }));
}
