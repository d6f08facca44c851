/** Where traces go, and which. */
export interface TraceSettings {
  /** Where spans are posted. */
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Sent with them; they may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is said of this gateway: `service.name` and whatever else the settings say. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** Which part of all traces the samplers with a ratio take, from 0 to 1. */
  readonly ratio: number;
}

/** How it is decided which traces are told, by OpenTelemetry's own names. */
export const samplerNames = [
  'parentbased_always_on',
  'parentbased_traceidratio',
  'parentbased_always_off',
  'always_on',
  'traceidratio',
  'always_off',
] as const;

/** One of them. */
export type SamplerName = (typeof samplerNames)[number];

/** The settings that traces have, as texts by their names. */
export interface TraceSettingsReader {
  text(name: TextSetting): string;
  boolean(name: 'OTEL_SDK_DISABLED'): boolean;
}

type TextSetting =
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_PROTOCOL'
  | 'OTEL_EXPORTER_OTLP_HEADERS'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_RESOURCE_ATTRIBUTES'
  | 'OTEL_TRACES_SAMPLER'
  | 'OTEL_TRACES_SAMPLER_ARG';

/**
 * Reads where traces go; undefined: nowhere. Adds to `problems` what is wrong; where nothing is sent, nothing is: these names belong
 * to every program of a machine, and another one may know what this one does not.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTraceSettings(read: TraceSettingsReader, problems: string[]): TraceSettings | undefined {
  const setting = read.text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
    ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
    : 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const endpoint = read.text(setting);
  if (endpoint === '' || read.boolean('OTEL_SDK_DISABLED')) return undefined;
  const problem = endpointProblem(endpoint);
  if (problem !== undefined) problems.push(`${setting} ${problem}`);
  const isBase = setting === 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const sampler = read.text('OTEL_TRACES_SAMPLER') as SamplerName;
  const name = read.text('OTEL_SERVICE_NAME');
  const told = readPairs('OTEL_RESOURCE_ATTRIBUTES', read.text('OTEL_RESOURCE_ATTRIBUTES'), problems);
  return {
    url: isBase ? `${endpoint.replace(/\/$/, '')}/v1/traces` : endpoint,
    protocol: read.text('OTEL_EXPORTER_OTLP_PROTOCOL') as TraceSettings['protocol'],
    headers: readHeaders(read.text('OTEL_EXPORTER_OTLP_HEADERS'), problems),
    resource: { 'service.name': 'cuegate', ...told, ...(name !== '' && { 'service.name': name }) },
    sampler,
    ratio: sampler.endsWith('traceidratio') ? readRatio(read.text('OTEL_TRACES_SAMPLER_ARG'), problems) : 1,
  };
}

function endpointProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return `is "${text}"; expected a URL such as http://collector:4318`;
  const { protocol, username, password } = new URL(text);
  // It is shown in the log and by --print-config.
  if (username !== '' || password !== '') return 'has credentials in it; they belong into OTEL_EXPORTER_OTLP_HEADERS';
  if (protocol === 'http:' || protocol === 'https:') return undefined;
  return `is "${text}"; expected a URL of http: or https:`;
}

function readRatio(text: string, problems: string[]): number {
  if (text === '') return 1;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  problems.push(
    `OTEL_TRACES_SAMPLER_ARG is "${text}"; expected a number from 0 to 1, such as 0.01 for one trace in a hundred`,
  );
  return 1;
}

function readHeaders(text: string, problems: string[]): Readonly<Record<string, string>> {
  const headers = readPairs('OTEL_EXPORTER_OTLP_HEADERS', text, problems);
  for (const [name, value] of Object.entries(headers)) {
    // What node would refuse with each export. The value may be a secret.
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    problems.push(`OTEL_EXPORTER_OTLP_HEADERS: what it says of "${name}" is no header field`);
  }
  return headers;
}

/** `key=value,key=value`, percent-encoded, as https://www.w3.org/TR/baggage/ has it without its properties. */
function readPairs(setting: string, text: string, problems: string[]): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.flatMap((pair, index) => {
      const found = readPair(pair);
      // Not with its text: it may be a secret.
      if (found === undefined)
        problems.push(`${setting}: its ${index + 1}. entry is not of the form key=value, percent-encoded`);
      return found === undefined ? [] : [found];
    }),
  );
}

function readPair(pair: string): readonly [string, string] | undefined {
  const at = pair.indexOf('=');
  const [key, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  if (at < 0 || !/^[!#$%&'*+.^_`|~0-9A-Za-z/-]+$/.test(key)) return undefined;
  try {
    return [decodeURIComponent(key), decodeURIComponent(value)];
  } catch {
    return undefined;
  }
}
