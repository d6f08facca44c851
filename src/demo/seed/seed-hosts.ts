import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { sortTags } from '../farm/host-resources.ts';
import type { HardwareState, HostRow, LockState } from '../farm/rows.ts';

const GIGABYTE = 1_048_576;

interface HostKind {
  readonly prefix: string;
  readonly digits: number;
  readonly allocation: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly gpus: number;
  readonly nimby: boolean;
}

const RENDER_BLADE: HostKind = {
  prefix: 'rqd',
  digits: 3,
  allocation: 'local.general',
  cores: 32,
  memoryGb: 128,
  gpus: 0,
  nimby: false,
};

// Workstations, GPU hosts and cloud hosts, by forty hosts of a studio; every further host is a render blade.
const OTHER_HOSTS: readonly (readonly [number, HostKind])[] = [
  [6, { ...RENDER_BLADE, prefix: 'ws', allocation: 'local.desktop', cores: 16, memoryGb: 64, digits: 2, nimby: true }],
  [4, { ...RENDER_BLADE, prefix: 'gpu', allocation: 'local.gpu', gpus: 4, digits: 2 }],
  [6, { ...RENDER_BLADE, prefix: 'cloud', allocation: 'cloud.general', cores: 64, memoryGb: 256, digits: 2 }],
];

const HARDWARE_STATES: Readonly<Record<string, HardwareState>> = {
  rqd005: 'DOWN',
  rqd017: 'REPAIR',
  rqd020: 'REBOOTING',
  rqd021: 'REBOOT_WHEN_IDLE',
  cloud06: 'DOWN',
};

const LOCK_STATES: Readonly<Record<string, LockState>> = {
  rqd011: 'LOCKED',
  ws02: 'NIMBY_LOCKED',
  ws04: 'NIMBY_LOCKED',
  ws05: 'LOCKED',
};

/** Adds the render hosts: so many times 16 of special kinds, the others render blades. */
export function seedHosts(farm: Farm, total: number, times: number): void {
  const others = OTHER_HOSTS.map(([count, kind]) => [count * times, kind] as const);
  const blades = total - others.reduce((sum, [count]) => sum + count, 0);
  for (const [count, kind] of [[Math.max(1, blades), RENDER_BLADE] as const, ...others]) {
    for (let number = 1; number <= count; number++) insert(farm.hosts, hostRow(farm, kind, number));
  }
}

function hostRow(farm: Farm, kind: HostKind, number: number): HostRow {
  const name = kind.prefix + String(number).padStart(kind.digits, '0');
  const allocation = farm.allocations.find((row) => row.name === kind.allocation)!;
  const state = HARDWARE_STATES[name] ?? 'UP';
  const totalMemory = kind.memoryGb * GIGABYTE;
  const host: HostRow = {
    id: farm.random.uuid(),
    name,
    allocation,
    nimbyEnabled: kind.nimby,
    cores: kind.cores,
    gpus: kind.gpus,
    // Half a gigabyte stays with the operating system.
    memory: totalMemory - GIGABYTE / 2,
    totalMemory,
    gpuMemory: kind.gpus * 24 * GIGABYTE,
    totalSwap: 8 * GIGABYTE,
    totalMcp: 500 * GIGABYTE,
    freeMcp: 400 * GIGABYTE,
    bootTime: farm.now() - 86_400 * farm.random.between(1, 30),
    pingAge: state === 'UP' || state === 'REBOOT_WHEN_IDLE' ? farm.random.between(2, 28) : 4000,
    silentSince: farm.now(),
    os: 'Linux',
    // What the host reports is its allocation's tag again, and its platform.
    hostTags: [
      { type: 'ALLOC', name: allocation.tag },
      { type: 'HARDWARE', name: allocation.tag },
      { type: 'HARDWARE', name: 'linux' },
      { type: 'HOSTNAME', name },
    ],
    tags: [],
    state,
    lockState: LOCK_STATES[name] ?? 'OPEN',
    threadMode: kind.nimby ? 'VARIABLE' : 'AUTO',
    procs: new Set(),
    reserved: { cores: 0, gpus: 0, memory: 0, gpuMemory: 0 },
    comments: [],
  };
  sortTags(host);
  return host;
}
