/** Two decimals: Cuebot counts cores in hundredths, and sums of floats drift. */
export function roundCores(cores: number): number {
  return Math.round(cores * 100) / 100;
}

/** Cores as Cuebot keeps fractions of them: cut after the second decimal. */
export function cutCores(cores: number): number {
  return Math.trunc(Math.fround(Math.fround(cores) * 100)) / 100;
}

/** Cores as Cuebot keeps them where it knows no fractions: cut (2.6 is 2), and -1 for none. */
export function wholeCores(cores: number): number {
  return cores === -1 ? -1 : Math.trunc(Math.fround(cores + 0.005));
}
