import { GatewayError } from '../call/gateway-error.ts';
import type { MethodDescriptor } from '../registry/descriptors.ts';
import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';
import type { Logger } from '../telemetry/logger.ts';

import type { UpstreamOptions } from './create-upstream.ts';
import { type Endpoint, formatAddress } from './parse-endpoint.ts';
import { PooledCuebot } from './pooled-cuebot.ts';
import { type CompareDatabases, createDatabaseComparison, type DatabaseQuestion } from './compare-databases.ts';
import { type LookUp, lookUpBySystem, resolveHost } from './resolve-host.ts';

/** What a pool needs. */
export interface CuebotPoolOptions
  extends Pick<UpstreamOptions, 'transport' | 'maxReceiveBytes' | 'tls' | 'mayGoUnanswered'> {
  readonly endpoints: readonly Endpoint[];
  readonly logger: Logger;
  readonly lookUp?: LookUp;
}

/** How the Cuebots of a pool are watched, and who is told what becomes of them. */
export interface PoolWatch {
  /** What is asked of one to see whether it answers; undefined: a connection must do. */
  readonly probe: MethodDescriptor | undefined;
  /** What shows its database; undefined: nothing does, and all are believed to share one. */
  readonly database: DatabaseQuestion | undefined;
  /** Told of every Cuebot, those that are known by now at once. */
  readonly onOpened: (cuebot: PooledCuebot) => void;
  readonly onSetAside: (cuebot: PooledCuebot) => void;
  /** Told of one whose address is not the name's any more. */
  readonly onClosed: (cuebot: PooledCuebot) => void;
}

/** How often it is looked after Cuebots, and how long one may take for an answer to the gateway's own question, in milliseconds. */
const lookEveryMs = 1_000;
const answerWithinMs = 2_000;

/** How often names are resolved again, in looks: all of them, and while something is wrong. */
const looksUntilResolved = 30;
const looksUntilResolvedSoon = 2;

/** How often it is looked whether one of another database has changed, in looks. */
const looksUntilForeign = 10;

/** How long the start waits for names, in milliseconds. */
const resolveWithinMs = 3_000;

/** Several Cuebots on one database: one connection each, resolved, asked how they are, and held apart from those of others. */
export class CuebotPool {
  readonly #options: CuebotPoolOptions;
  readonly #lookUp: LookUp;
  /** By address, in the order of the settings. */
  #cuebots = new Map<string, PooledCuebot>();
  readonly #leaving = new Set<PooledCuebot>();
  readonly #checking = new Set<PooledCuebot>();
  #admissions: Promise<unknown> = Promise.resolve();
  #watch: PoolWatch | undefined;
  #isSameDatabase: CompareDatabases = async () => true;
  #isResolving = false;
  #isClosed = false;
  #looks = 0;
  #resolvedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What each name led to when it was last resolved. */
  readonly #known = new Map<string, readonly string[]>();
  /** The names that cannot be resolved now, each told once. */
  readonly #unresolved = new Set<string>();
  /** What is wrong with the list now, each told once. */
  #problems: readonly string[] = [];

  constructor(options: CuebotPoolOptions) {
    this.#options = options;
    this.#lookUp = options.lookUp ?? lookUpBySystem;
  }

  /** All that the names lead to, whatever their state. */
  get cuebots(): readonly PooledCuebot[] {
    return [...this.#cuebots.values()];
  }

  /** Whether at least one is there for calls. */
  get isReady(): boolean {
    return this.cuebots.some(({ state }) => state === 'ready');
  }

  /** Asks one after the other for its protos, until one has answered. */
  readonly reflect: ReflectionTransport = async (method, requests) => {
    await this.#resolve();
    let failure: unknown = new GatewayError('UNAVAILABLE', 'no name of a Cuebot can be resolved');
    for (const { upstream } of this.cuebots) {
      try {
        return await upstream.reflect(method, requests);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };

  /**
   * Resolves the names, and has asked every Cuebot once when it resolves. From then on it looks after them.
   *
   * @returns what is wrong with the list of them; then nothing is looked after
   */
  async start(watch: PoolWatch): Promise<readonly string[]> {
    const problems = await this.#resolve();
    if (problems.length > 0) return problems;
    this.#watch = watch;
    if (watch.database !== undefined) this.#isSameDatabase = createDatabaseComparison(watch.database);
    for (const cuebot of this.cuebots) watch.onOpened(cuebot);
    const cuebots = this.cuebots;
    const answering = await Promise.all(cuebots.map((cuebot) => cuebot.answers(watch.probe, answerWithinMs)));
    // In the order of the list: where two databases are named, the first one counts.
    for (const [index, cuebot] of cuebots.entries()) if (answering[index] === true) await this.#admit(cuebot);
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
    return [];
  }

  /** Connects to each anew by what `tls` says now. */
  renew(): void {
    for (const { upstream } of this.#cuebots.values()) upstream.renew();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#watch = undefined;
    for (const { upstream } of [...this.#cuebots.values(), ...this.#leaving]) upstream.close();
    this.#leaving.clear();
  }

  #look(): void {
    this.#looks += 1;
    for (const cuebot of this.#cuebots.values()) if (!this.#checking.has(cuebot)) void this.#check(cuebot);
    for (const cuebot of this.#leaving) {
      if (cuebot.isBusy) continue;
      this.#leaving.delete(cuebot);
      cuebot.upstream.close();
    }
    const isWell =
      this.#unresolved.size === 0 &&
      this.#problems.length === 0 &&
      this.cuebots.every(({ state }) => state === 'ready');
    const looksSince = this.#looks - this.#resolvedAt;
    if (looksSince >= (isWell ? looksUntilResolved : looksUntilResolvedSoon)) void this.#resolve();
  }

  /** Asks a Cuebot whatever its state makes one want to know. */
  async #check(cuebot: PooledCuebot): Promise<void> {
    const { state } = cuebot;
    const isSilent = cuebot.isSilent();
    if (state === 'ready') {
      // What is silent is asked at each look, answered or not, so that it is found out soon.
      if (isSilent) void cuebot.answers(this.#watch?.probe, answerWithinMs);
      return;
    }
    if (state === 'foreign' && this.#looks % looksUntilForeign !== 0) return;
    this.#checking.add(cuebot);
    const answers = await cuebot.answers(this.#watch?.probe, answerWithinMs);
    if (answers) {
      // One after the other, so that each finds those before it.
      this.#admissions = this.#admissions.then(() => this.#admit(cuebot));
      await this.#admissions;
    }
    this.#checking.delete(cuebot);
  }

  /** Takes one in, or back, that answers; but not one of another database. */
  async #admit(cuebot: PooledCuebot): Promise<void> {
    const { logger } = this.#options;
    const { state: before, name: endpoint } = cuebot;
    const others = this.cuebots.filter((other) => other !== cuebot && other.isOurs === true);
    const reference = others.find(({ state }) => state === 'ready') ?? others[0];
    const isOurs = await this.#isSameDatabase(cuebot.upstream, reference?.upstream);
    if (this.#watch === undefined || isOurs === undefined) return;
    if (isOurs) {
      cuebot.takeBack();
      if (before === 'set-aside') logger.info({ endpoint }, 'Cuebot answers again, and gets calls again');
      if (before === 'foreign') logger.info({ endpoint }, 'Cuebot works on the same database now, and gets calls');
      return;
    }
    cuebot.isOurs = false;
    if (before === 'foreign') return;
    logger.error(
      { endpoint, other: reference?.name, reason: 'OTHER_DATABASE' },
      'this Cuebot is not used: it shows other ids than those in use, so it works on another database. ' +
        'Name Cuebots of one database only, and give each farm a cuegate of its own',
    );
  }

  /** Opens what the names lead to now, and gives up what they do not any more. Answers what is wrong with the list. */
  async #resolve(): Promise<readonly string[]> {
    if (this.#isResolving || this.#isClosed) return [];
    this.#isResolving = true;
    this.#resolvedAt = this.#looks;
    const problems: string[] = [];
    const found = new Map<string, PooledCuebot>();
    const namedBy = new Map<string, string>();
    const all = await Promise.all(this.#options.endpoints.map((endpoint) => this.#addressesOf(endpoint)));
    if (this.#isClosed) return [];
    for (const [index, endpoint] of this.#options.endpoints.entries()) {
      for (const address of all[index]!) {
        const key = endpoint.host === undefined ? address : formatAddress(address, endpoint.port);
        const other = namedBy.get(key);
        if (other === undefined) found.set(key, this.#cuebots.get(key) ?? this.#open(endpoint, address, key));
        else problems.push(twice(other, endpoint.name, key));
        namedBy.set(key, endpoint.name);
      }
    }
    // At the start, whoever started is told in another way.
    if (this.#watch !== undefined) {
      for (const problem of problems) if (!this.#problems.includes(problem)) this.#options.logger.error({}, problem);
      this.#problems = problems;
    }
    const gone = [...this.#cuebots].filter(([key]) => !found.has(key)).map(([, cuebot]) => cuebot);
    const come = [...found].filter(([key]) => !this.#cuebots.has(key)).map(([, cuebot]) => cuebot);
    this.#cuebots = found;
    for (const cuebot of come) this.#watch?.onOpened(cuebot);
    for (const cuebot of gone) {
      this.#leaving.add(cuebot);
      this.#watch?.onClosed(cuebot);
      this.#options.logger.info({ endpoint: cuebot.name }, 'Cuebot has left: its name has other addresses now');
    }
    this.#isResolving = false;
    return problems;
  }

  #open(endpoint: Endpoint, address: string, key: string): PooledCuebot {
    const { host, port, isGroup, name } = endpoint;
    const { transport, maxReceiveBytes, tls, mayGoUnanswered, logger } = this.#options;
    return new PooledCuebot({
      name: isGroup ? key : name,
      endpoint: key,
      ...(host !== undefined && { address, authority: formatAddress(host, port) }),
      ...(transport && { transport }),
      maxReceiveBytes,
      tls,
      ...(mayGoUnanswered && { mayGoUnanswered }),
      logger,
      onSetAside: (cuebot) => {
        logger.warn(
          { endpoint: cuebot.name },
          'Cuebot has not answered three times in a row, and is set aside until it does',
        );
        this.#watch?.onSetAside(cuebot);
      },
    });
  }

  /** What it had is kept while its name cannot be resolved. */
  async #addressesOf({ name, host, isGroup }: Endpoint): Promise<readonly string[]> {
    if (host === undefined) return [name];
    const known = this.#known.get(name) ?? [];
    const addresses = await within(resolveHost(host, this.#lookUp), resolveWithinMs).catch((error: unknown) => {
      if (!this.#unresolved.has(name)) {
        this.#options.logger.warn({ endpoint: name, err: error }, 'the name of a Cuebot cannot be resolved');
      }
      this.#unresolved.add(name);
      return undefined;
    });
    if (addresses === undefined) return known;
    this.#unresolved.delete(name);
    // A name by itself is one Cuebot: it stays where it is, as long as the name has that address.
    const kept = known.find((address) => addresses.includes(address));
    const chosen = isGroup ? addresses : kept === undefined ? addresses.slice(0, 1) : [kept];
    this.#known.set(name, chosen);
    return chosen;
  }
}

function twice(name: string, other: string, address: string): string {
  return (
    `CUEBOT_ENDPOINT names ${name} and ${other}, which are both ${address}; ` +
    'one Cuebot would have two lanes, and calls would overlap there. Name each Cuebot once'
  );
}

function within<Value>(work: Promise<Value>, milliseconds: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
