import { SpecError } from './names.ts';
import type { XmlElement } from './parse-xml.ts';

/** The text of the first child of a name; undefined when there is none. */
export function childText({ children }: XmlElement, name: string): string | undefined {
  return children.find((child) => child.name === name)?.text;
}

/** The whole number in a child; undefined when there is none. */
export function optionalNumber(element: XmlElement, name: string): number | undefined {
  const text = childText(element, name);
  return text === undefined ? undefined : readInteger(text);
}

/** A whole number as Java reads it. */
export function readInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new SpecError(`For input string: "${text}"`);
  return Number(text);
}

/** A number with decimals as Java reads it. */
export function readDecimal(text: string): number {
  if (text.trim() === '') throw new SpecError('empty String');
  const value = Number(text);
  if (Number.isNaN(value)) throw new SpecError(`For input string: "${text}"`);
  return value;
}

/** `true`, `yes`, `1` and `on` in any case; everything else, and nothing at all, is false. */
export function readBoolean(text: string | undefined): boolean {
  return text !== undefined && ['true', 'yes', '1', 'on'].includes(text.toLowerCase());
}

/** The names inside a list element such as `services`, each once and without empty ones. */
export function readNames(element: XmlElement, list: string): string[] {
  const found = element.children.find((child) => child.name === list);
  const names = found?.children.map(({ text }) => text).filter((name) => name !== '') ?? [];
  return [...new Set(names)];
}

/** The variables of the first `env` element. */
export function readEnvironment(element: XmlElement): Record<string, string> {
  const found = element.children.find((child) => child.name === 'env');
  return Object.fromEntries(found?.children.map(({ attributes, text }) => [attributes['name'] ?? '', text]) ?? []);
}

const MEGABYTE = 1024;
const GIGABYTE = 1_048_576;

/** Memory in KB from `512m`, `4g` or `4`, which means gigabytes. Only megabytes may have decimals. */
export function readMemory(text: string): number {
  const lower = text.toLowerCase();
  if (lower.includes('m')) return Math.trunc(readDecimal(lower.slice(0, lower.lastIndexOf('m'))) * MEGABYTE);
  if (lower.includes('g')) return readInteger(lower.slice(0, lower.lastIndexOf('g'))) * GIGABYTE;
  return readInteger(lower) * GIGABYTE;
}
