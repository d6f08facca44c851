import type { Farm } from '../farm/farm.ts';
import { endFrame } from '../farm/frame-changes.ts';
import type { HostRow } from '../farm/rows.ts';

// Chances of one host in an hour; the farm of tomorrow should have about as many hosts down as that of today.
const FALLS_SILENT = 0.004;
const COMES_BACK = 0.25;
const IS_REPAIRED = 0.04;
const NIMBY_LOCKS = 0.15;
const NIMBY_OPENS = 0.25;
// A reboot takes so long.
const REBOOT_SEC = 240;
const HOST_DOWN = 399;

/** Lets hosts report, fail, come back and be used by the people who sit in front of them, for so many seconds. */
export function runHosts(farm: Farm, seconds: number, speed: number): void {
  const hours = (seconds * speed) / 3600;
  const happens = (rate: number) => farm.random.next() < 1 - Math.exp(-rate * hours);
  farm.statistics.hostReports += farm.hosts.size;
  for (const host of farm.hosts.values()) {
    if (host.state === 'UP') {
      if (happens(FALLS_SILENT)) fallSilent(farm, host);
      else if (host.nimbyEnabled) moveNimby(farm, host, happens);
    } else if (isBack(farm, host, happens)) {
      host.state = 'UP';
      host.bootTime = farm.now();
      farm.touch();
    }
  }
}

/** No report for five minutes: the host is DOWN, and its frames are tried elsewhere. */
function fallSilent(farm: Farm, host: HostRow): void {
  host.state = 'DOWN';
  host.silentSince = farm.now();
  for (const { frame } of [...host.procs]) endFrame(farm, frame, HOST_DOWN);
  farm.touch();
}

function isBack(farm: Farm, host: HostRow, happens: (rate: number) => boolean): boolean {
  switch (host.state) {
    case 'REBOOTING':
      return farm.now() - host.silentSince > REBOOT_SEC;
    case 'REBOOT_WHEN_IDLE':
      if (host.procs.size > 0) return false;
      host.state = 'REBOOTING';
      host.silentSince = farm.now();
      farm.touch();
      return false;
    case 'DOWN':
      return happens(COMES_BACK);
    // Cuebot leaves this to people, and here they come by.
    default:
      return happens(IS_REPAIRED);
  }
}

/** Somebody sits down at a workstation, or leaves it. A lock by hand stays. */
function moveNimby(farm: Farm, host: HostRow, happens: (rate: number) => boolean): void {
  if (host.lockState === 'OPEN' && happens(NIMBY_LOCKS)) {
    host.lockState = 'NIMBY_LOCKED';
    farm.touch();
  } else if (host.lockState === 'NIMBY_LOCKED' && happens(NIMBY_OPENS)) {
    host.lockState = 'OPEN';
    farm.touch();
  }
}
