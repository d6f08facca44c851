/** `; did you mean "…"?` as the end of an error, or nothing when no candidate comes close to `name`. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/**
 * The candidate that was probably meant by `name`, for "did you mean …" in errors; undefined when none comes close.
 * Letter case costs nothing; otherwise every inserted, lost, replaced or swapped letter costs one, and a quarter of the
 * name may be wrong, but never all of it. Of equally near candidates the first in code unit order wins.
 * @param most how many letters may be wrong
 */
export function nearestName(
  name: string,
  candidates: Iterable<string>,
  most = 1 + Math.floor(name.length / 4),
): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let best = Math.min(most, name.length - 1);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > best) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance > best || (distance === best && nearest !== undefined && nearest <= candidate)) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

/** Optimal string alignment: https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
