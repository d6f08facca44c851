import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { writeInto } from './compile-input.ts';
import { compileRowPath } from './compile-row-path.ts';
import type { RequestValue } from './compile-template.ts';
import { type CallCompilation, readObjects } from './find-read-rpc.ts';
import type { PagesPlan } from './plans.ts';
import type { SettingKind, Settings } from './read-settings.ts';

const settingsOfPages: Readonly<Record<string, SettingKind>> = {
  limit: 'text',
  page: 'text',
  start: 'text',
  most: 'number',
};

/** Compiles `pages`: where in a request it stands which page is wanted. */
export function compilePages(
  settings: Settings,
  request: MessageDescriptor,
  { report }: CallCompilation,
): PagesPlan | undefined {
  const [pages] = readObjects(settings, 'pages', settingsOfPages, report);
  if (pages === undefined) return undefined;
  const writers = (['limit', 'page', 'start'] as const).flatMap((argument) => {
    const text = pages.text(argument);
    const path = text === undefined ? undefined : compileRowPath(text, request, pages.nodeOf(argument), report);
    if (path === undefined) return [];
    const names = path.fields.map(({ jsonName }) => jsonName);
    const write = (value: RequestValue, number: number) =>
      writeInto(value, names, path.shape.isList ? [number] : number);
    return [{ argument, write }];
  });
  const most = pages.number('most');
  return {
    writePage: (value, arrangement) => {
      for (const { argument, write } of writers) {
        const number = arrangement[argument];
        if (number !== undefined && number !== null) write(value, number);
      }
    },
    writeWhole: (value) => {
      if (most !== undefined) writers.find(({ argument }) => argument === 'limit')?.write(value, most);
    },
  };
}
