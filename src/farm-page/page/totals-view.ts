import { createShareBar, createSparkline, sampleCount } from './charts.ts';
import { html, setText } from './elements.ts';
import type { Farm, Job } from './farm-data.ts';
import { conditionOf, cores, count, counted } from './words.ts';

/** The numbers of the whole farm. */
interface Totals {
  readonly running: number;
  readonly waiting: number;
  readonly dead: number;
  readonly coresUsed: number;
  readonly cores: number;
  readonly hosts: number;
  readonly hostsUp: number;
  /** Those on which something runs. */
  readonly hostsBusy: number;
  readonly hostsDown: number;
  readonly hostsLocked: number;
  readonly jobs: number;
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}

function totalsOf({ shows, allocations }: Farm): Totals {
  const hosts = allocations.flatMap((allocation) => allocation.hosts);
  const styles = hosts.map((host) => conditionOf(host).style);
  return {
    running: sum(shows, ({ showStats }) => showStats.runningFrames),
    waiting: sum(shows, ({ showStats }) => showStats.pendingFrames),
    dead: sum(shows, ({ showStats }) => showStats.deadFrames),
    coresUsed: sum(hosts, (host) => host.cores - host.idleCores),
    cores: sum(hosts, (host) => host.cores),
    hosts: hosts.length,
    hostsBusy: hosts.filter((host) => host.idleCores < host.cores).length,
    hostsUp: styles.filter((style) => style === 'up').length,
    hostsDown: styles.filter((style) => style === 'down' || style === 'repair').length,
    hostsLocked: styles.filter((style) => style === 'locked').length,
    jobs: sum(shows, ({ showStats }) => showStats.pendingJobs),
  };
}

/** The row of large numbers at the top, with how they went while the page was open. */
export function createTotalsView() {
  const running = createTile('Frames running', 'running');
  const waiting = createTile('Frames waiting', 'waiting');
  const dead = createTile('Frames dead', 'dead');
  const used = createTile('Cores in use', 'done');
  const hosts = createTile('Hosts up', 'done');
  const jobs = createTile('Jobs pending', 'depend');
  const tiles = [running, waiting, dead, used, hosts, jobs];
  const usage = createShareBar();
  used.root.append(usage.root);
  return {
    root: html('section', { class: 'totals', 'aria-label': 'The farm in numbers' }, ...tiles.map(({ root }) => root)),
    /** @param farmJobs all pending jobs, where they are known */
    update: (farm: Farm, farmJobs: readonly Job[] | undefined) => {
      const totals = totalsOf(farm);
      running.update(totals.running, count(totals.running), `on ${counted(totals.hostsBusy, 'host')}`);
      waiting.update(totals.waiting, count(totals.waiting), 'or on other frames');
      const withDead = farmJobs?.filter(({ jobStats }) => jobStats.deadFrames > 0).length;
      dead.update(
        totals.dead,
        count(totals.dead),
        withDead === undefined ? 'of all shows' : `in ${counted(withDead, 'job')}`,
      );
      used.update(totals.coresUsed, cores(totals.coresUsed), `of ${cores(totals.cores)}`);
      usage.update({ used: totals.coresUsed, size: totals.cores, burst: totals.cores });
      hosts.update(
        totals.hostsUp,
        count(totals.hostsUp),
        `of ${count(totals.hosts)} · ${count(totals.hostsDown)} down · ${count(totals.hostsLocked)} locked`,
      );
      const paused = farmJobs?.filter(({ isPaused }) => isPaused).length;
      jobs.update(totals.jobs, count(totals.jobs), paused === undefined ? 'of all shows' : `${count(paused)} paused`);
    },
  };
}

function createTile(name: string, style: string) {
  const value = html('strong', { class: 'tile-value' }, '–');
  const remark = html('span', { class: 'tile-remark' }, ' ');
  const spark = createSparkline();
  const samples: number[] = [];
  const root = html(
    'div',
    { class: `tile tile-${style}` },
    html('span', { class: 'tile-name' }, name),
    value,
    remark,
    spark.root,
  );
  return {
    root,
    update: (number: number, text: string, more: string) => {
      samples.push(number);
      if (samples.length > sampleCount) samples.shift();
      setText(value, text);
      setText(remark, more);
      spark.update(samples);
    },
  };
}
