/** What is wrong with a job spec, in Cuebot's words. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
}

const NAME = /^[\w.-]{3,}$/;
const FRAME_NAME = /^(\d{4,6})-(\w+)$/;

/**
 * A show, shot or layer name as Cuebot keeps it: lower case, underscores in place of dashes. Throws a SpecError for fewer
 * than three characters, and for characters other than letters, digits, underscores and periods.
 */
export function conformName(type: 'Show' | 'Shot' | 'Layer', name: string): string {
  const lowerType = type.toLowerCase();
  if (name.length < 3) throw new SpecError(`The ${lowerType} name must be at least 3 characters.`);
  const conformed = name.replaceAll('-', '_').toLowerCase();
  if (NAME.test(conformed)) return conformed;
  throw new SpecError(
    `The ${lowerType} name: ${conformed} is not in the proper format.  ${type} names must be ` +
      'alpha numeric, no dashes or punctuation.',
  );
}

/** Where a spec belongs to, as it says so itself. */
export interface SpecPlace {
  readonly show: string;
  readonly shot: string;
  readonly user: string;
}

/** `show-shot-user_suffix` in lower case. A name that has the front part already keeps it once. */
export function conformJobName({ show, shot, user }: SpecPlace, name: string): string {
  const prefix = `${show}-${shot}-${user}_`;
  const rest = name.startsWith(prefix) ? name.slice(prefix.length - 1) : name;
  const suffix = rest.toLowerCase().replace(/_{2,}/g, '_').replaceAll('-', '_');
  if (!NAME.test(suffix)) {
    throw new SpecError(
      `The job name suffix: ${suffix} must be composed of alpha numeric characters, periods, ` +
        'and underscores and be at least 3 characters long',
    );
  }
  return `${prefix.replace(/_+$/, '')}_${suffix.replace(/^_+/, '')}`.toLowerCase();
}

/** Four digits, a dash, a layer name. */
export function conformFrameName(name: string): string {
  const match = FRAME_NAME.exec(name);
  if (!match) throw new SpecError(`The frame name: ${name} is not in the proper format.`);
  return `${String(Number(match[1])).padStart(4, '0')}-${conformName('Layer', match[2]!)}`;
}
