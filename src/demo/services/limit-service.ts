import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/find-rows.ts';
import { boundLayers, unbindLimit } from '../farm/limits.ts';
import { newLimit } from '../farm/new-rows.ts';
import type { LayerRow, LimitBinding, LimitReportRow, LimitRow } from '../farm/rows.ts';
import { viewLimit } from '../views/limit-view.ts';
import { duplicateKey, missingRow } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface Named {
  readonly name: string;
}

type FailureRule = Pick<LimitRow, 'exitStatus' | 'delayMinutes' | 'autoTag'>;
type CreateRequest = Named & Pick<LimitRow, 'maxValue' | 'type' | 'enforcement' | 'softValue'> & FailureRule;

// A second report of a limit within this time is skipped.
const LEAST_SECONDS_BETWEEN_REPORTS = 1;

/** limit.LimitInterface, nearly all of it by name; a missing limit is INTERNAL even for Find and Get. */
export function createLimitService({ farm }: Cuebot): ServiceHandlers {
  return { ...createReads(farm), ...createWrites(farm), ...createReports(farm) };
}

function createReads(farm: Farm): ServiceHandlers {
  const view = (limit: LimitRow) => viewLimit(farm, limit, boundLayers(farm, limit));
  return {
    GetAll() {
      const layers = new Map<LimitRow, LayerRow[]>();
      for (const layer of farm.layers.values()) {
        for (const { limit } of layer.limits) layers.set(limit, [...(layers.get(limit) ?? []), layer]);
      }
      return { limits: [...farm.limits.values()].map((limit) => viewLimit(farm, limit, layers.get(limit) ?? [])) };
    },
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
      return DONE;
    };
  return {
    Create(request: CreateRequest) {
      refuseTwin(farm, request.name);
      const limit = insert(farm.limits, { ...newLimit(farm.random.uuid(), request.name, 0), ...request });
      farm.touch();
      return { limit: viewLimit(farm, limit, []) };
    },
    Delete({ name }: Named) {
      const limit = named(farm, name);
      for (const layer of boundLayers(farm, limit)) unbindLimit(farm, layer, limit);
      farm.limits.delete(limit.id);
      farm.touch();
      return DONE;
    },
    Rename({ oldName, newName }: { oldName: string; newName: string }) {
      const limit = named(farm, oldName);
      refuseTwin(farm, newName);
      limit.name = newName;
      farm.touch();
      return DONE;
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
    ClearBindings({ limitName, sources }: { limitName: string; sources: readonly LimitBinding['source'][] }) {
      let removed = 0;
      for (const limit of chosenLimits(farm, limitName)) {
        for (const { layer, binding } of bindingsOf(farm, limit)) {
          if (sources.length > 0 && !sources.includes(binding.source)) continue;
          unbindLimit(farm, layer, limit);
          removed += 1;
        }
      }
      return { removed };
    },
  };
}

interface ReportRequest {
  readonly reports: readonly {
    readonly limitName: string;
    readonly hosts: LimitReportRow['holds'];
    readonly totalLicenses: number;
    readonly captureTime: number;
  }[];
  readonly source: string;
}

/** What licence servers say. */
function createReports(farm: Farm): ServiceHandlers {
  return {
    ReportUsage({ reports, source }: ReportRequest) {
      const limits: LimitRow[] = [];
      const unknownLimits: string[] = [];
      const skippedLimits: Message[] = [];
      for (const { limitName, hosts, totalLicenses, captureTime } of reports) {
        const limit = [...farm.limits.values()].find(({ name }) => name === limitName);
        const reason = limit && skipReason(farm, limit, captureTime);
        if (!limit) unknownLimits.push(limitName);
        else if (reason) skippedLimits.push({ limitName, reason });
        else {
          limit.report = { source, time: farm.now(), captureTime, totalTokens: totalLicenses, holds: hosts };
          limits.push(limit);
        }
      }
      farm.touch();
      return {
        limits: limits.map((limit) => viewLimit(farm, limit, boundLayers(farm, limit))),
        unknownLimits,
        skippedLimits,
      };
    },
  };
}

function skipReason(farm: Farm, { report }: LimitRow, captureTime: number): string | undefined {
  if (!report) return undefined;
  if (captureTime < report.captureTime) return 'OUT_OF_ORDER';
  return farm.now() - report.time < LEAST_SECONDS_BETWEEN_REPORTS ? 'RATE_LIMITED' : undefined;
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

function named(farm: Farm, name: string): LimitRow {
  return pickOnly(farm.limits.values(), (limit) => limit.name === name, missingRow);
}

/** Releases before 1.31 store a second limit of a name, and from then on neither is found by it. */
function refuseTwin(farm: Farm, name: string): void {
  if (farm.defects.has('double-names') || ![...farm.limits.values()].some((limit) => limit.name === name)) return;
  const statement = 'INSERT INTO limit_record (pk_limit_record,str_name,int_max_value) VALUES (?,?,?)';
  throw duplicateKey(statement, 'c_limit_record_name', `(str_name)=(${name})`);
}

function chosenLimits(farm: Farm, name: string): readonly LimitRow[] {
  return name === '' ? [...farm.limits.values()] : [named(farm, name)];
}

function bindingsOf(farm: Farm, limit: LimitRow): { layer: LayerRow; binding: LimitBinding }[] {
  return boundLayers(farm, limit).map((layer) => ({
    layer,
    binding: layer.limits.find((binding) => binding.limit === limit)!,
  }));
}

/** limit.LimitBinding of the layers that are bound to a limit. */
function viewBindings(farm: Farm, limit: LimitRow, { sources, layerIds }: BindingsRequest): Message[] {
  return bindingsOf(farm, limit)
    .filter(({ layer }) => layerIds.length === 0 || layerIds.includes(layer.id))
    .filter(({ binding }) => sources.length === 0 || sources.includes(binding.source))
    .map(({ layer, binding }) => ({
      limitId: limit.id,
      layerId: layer.id,
      layerName: layer.name,
      jobName: layer.job.name,
      services: layer.services,
      source: binding.source,
      createTime: binding.createTime,
    }));
}

interface Hold {
  readonly hostName: string;
  readonly hostId: string;
  readonly user: string;
  tokens: number;
  source: 'CUE' | 'EXTERNAL' | 'BOTH';
  readonly reportTime: number;
}

/** limit.LimitHold by host and user: a token for each running frame or for the whole host, and what was reported. */
function viewHolds(farm: Farm, limit: LimitRow, hostName: string): Message[] {
  const holds = new Map<string, Hold>();
  for (const { host, frame } of farm.procs.values()) {
    const { layer } = frame;
    if (!layer.limits.some((binding) => binding.limit === limit)) continue;
    const { user } = layer.job;
    const key = `${host.name} ${user}`;
    const hold = holds.get(key) ?? newHold(host.name, host.id, user, 'CUE', 0);
    hold.tokens = limit.type === 'HOST' ? 1 : hold.tokens + 1;
    holds.set(key, hold);
  }
  for (const { hostName: name, user, tokens } of limit.report?.holds ?? []) {
    const known = holds.get(`${name} ${user}`);
    if (known) known.source = 'BOTH';
    else holds.set(`${name} ${user}`, { ...newHold(name, '', user, 'EXTERNAL', limit.report!.time), tokens });
  }
  return [...holds.values()]
    .filter((hold) => hostName === '' || hold.hostName === hostName)
    .map((hold) => ({ limitId: limit.id, limitName: limit.name, ...hold }));
}

function newHold(hostName: string, hostId: string, user: string, source: Hold['source'], reportTime: number): Hold {
  return { hostName, hostId, user, tokens: 0, source, reportTime };
}
