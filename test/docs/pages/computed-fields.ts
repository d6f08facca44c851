/** Fields that CueWeb makes itself: no query has them. */
export interface ComputedFields {
  /** The route of CueWeb's server; undefined: any. */
  readonly route: string | undefined;
  readonly fields: readonly string[];
  /** What they are made of, for docs/pages.md. */
  readonly source: string;
}

/** All of them, as the recorded pages read them. */
export const computedFields: readonly ComputedFields[] = [
  {
    route: undefined,
    fields: ['.error', '.then', '.data.then'],
    source: 'how the browser waits for an answer, and what is shown when there is none: `errors` of a GraphQL answer',
  },
  {
    route: 'auth/session',
    fields: ['.user'],
    source: "the log-in at CueWeb; the gateway's own is `viewer`",
  },
  {
    route: 'health',
    fields: ['.checkedAt', '.gatewayOnline', '.latencyMs', '.status'],
    source: 'whether, when and how fast GetActiveShows was answered: the status bar',
  },
  {
    route: 'facility/health',
    fields: ['.facilities[].error', '.facilities[].latencyMs', '.facilities[].name', '.facilities[].ok'],
    source: 'the same for the gateway of every facility in the settings of CueWeb',
  },
  {
    route: 'redirect/search',
    fields: ['.data[].cores', '.data[].memoryKb', '.data[].name', '.data[].timeSeconds'],
    source:
      'sums over the procs of a host: `host { name }`, `reservedCores`, `reservedMemoryBytes`, and the time since `dispatchedAt`',
  },
];
