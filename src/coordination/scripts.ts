import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What the store does in one step; each is a file of Lua, which says what it is given and what it answers. */
export const scriptNames = ['join', 'describe', 'renew', 'leave', 'turn', 'claim-answer', 'keep-answer'] as const;

/** The name of a script. */
export type ScriptName = (typeof scriptNames)[number];

/** A script, and the name by which a server that has loaded it knows it. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** Reads the scripts, which lie beside this file. */
export function readScripts(): Readonly<Record<ScriptName, Script>> {
  const scripts = scriptNames.map((name): readonly [ScriptName, Script] => {
    const text = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
    return [name, { text, sha1: createHash('sha1').update(text).digest('hex') }];
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}
