/** What gateways that share lanes must agree upon. Each tells the others, as JSON. */
export interface GatewayDescription {
  /** Which one it is, for people. */
  readonly name: string;
  /** The Cuebots, as CUEBOT_ENDPOINT names them. */
  readonly endpoints: readonly string[];
  /** The RPCs of each lane; empty: its lanes are off. */
  readonly lanes: Readonly<Record<string, readonly string[]>>;
  readonly orphanHoldMs: number;
}

/** How two gateways differ. */
export interface GatewayDifference {
  /** In what, in a few words that name no address. */
  readonly summary: string;
  /** What each of them has. */
  readonly detail: string;
}

/** How this gateway differs from one that was there before it; undefined: in nothing that matters. */
export function findDifference(own: GatewayDescription, text: string): GatewayDifference | undefined {
  const other = parse(text);
  if (other === undefined) {
    return { summary: 'its version', detail: 'another gateway says of itself what this version cannot read' };
  }
  const tell = (summary: string, theirs: string, ours: string): GatewayDifference => ({
    summary,
    detail: `${other.name}, which was there first, has ${theirs}; this one has ${ours}`,
  });
  const [theirs, ours] = [other.endpoints, own.endpoints].map((endpoints) => endpoints.toSorted().join(','));
  if (theirs !== ours) return tell('CUEBOT_ENDPOINT', `CUEBOT_ENDPOINT=${theirs}`, ours!);
  const isOn = ({ lanes }: GatewayDescription) => `LANES=${Object.keys(lanes).length > 0}`;
  if (isOn(other) !== isOn(own)) return tell('LANES', isOn(other), isOn(own));
  const [theirLanes, ourLanes] = [laneByRpc(other), laneByRpc(own)];
  const differing = [...new Set([...theirLanes.keys(), ...ourLanes.keys()])].filter(
    (rpc) => theirLanes.get(rpc) !== ourLanes.get(rpc),
  );
  const [first] = differing;
  if (first !== undefined) {
    const more = differing.length === 1 ? '' : ` and ${differing.length - 1} more`;
    const laneIn = (lanes: ReadonlyMap<string, string>) => `the lane ${lanes.get(first) ?? '(none)'} for it`;
    return tell(`the lane of ${first}${more}`, laneIn(theirLanes), laneIn(ourLanes));
  }
  if (other.orphanHoldMs !== own.orphanHoldMs) {
    return tell('LANE_ORPHAN_HOLD', `LANE_ORPHAN_HOLD=${other.orphanHoldMs}ms`, `${own.orphanHoldMs}ms`);
  }
  return undefined;
}

function laneByRpc({ lanes }: GatewayDescription): ReadonlyMap<string, string> {
  return new Map(Object.entries(lanes).flatMap(([lane, rpcs]) => rpcs.map((rpc) => [rpc, lane] as const)));
}

function parse(text: string): GatewayDescription | undefined {
  try {
    const found = JSON.parse(text) as Partial<GatewayDescription>;
    const isWhole = Array.isArray(found.endpoints) && typeof found.lanes === 'object' && found.lanes !== null;
    return isWhole ? (found as GatewayDescription) : undefined;
  } catch {
    return undefined;
  }
}
