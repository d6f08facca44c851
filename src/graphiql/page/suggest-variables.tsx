import { useEditorContext } from '@graphiql/react';
import { useEffect } from 'react';

import type { GraphiqlTab } from '../default-tabs.ts';

interface SuggestVariablesProps {
  readonly tabs: readonly GraphiqlTab[];
  /** Undefined: nobody may ask yet. */
  readonly ask: ((query: string) => Promise<unknown>) | undefined;
}

/**
 * Puts what the farm has into the variables of a tab that is as it was on the first visit: the name of one of its jobs, where any
 * other name would find nothing. Shows nothing by itself.
 */
export function SuggestVariables({ tabs, ask }: SuggestVariablesProps) {
  const { tabs: opened, activeTabIndex, variableEditor } = useEditorContext({ nonNull: true });
  const { query, variables } = opened[activeTabIndex] ?? { query: null, variables: null };
  const tab = tabs.find((known) => known.query === query && known.variables === variables);
  useEffect(() => {
    const { variables: text, suggestion } = tab ?? {};
    if (text === undefined || suggestion === undefined || ask === undefined || variableEditor === null) return;
    let isLeft = false;
    void ask(suggestion.query).then((answer) => {
      const value = firstText(answer);
      // Whoever has begun to type, or is elsewhere by now, knows what they want.
      if (isLeft || value === undefined || variableEditor.getValue() !== text) return;
      variableEditor.setValue(JSON.stringify({ ...JSON.parse(text), [suggestion.variable]: value }, null, 2));
    });
    return () => {
      isLeft = true;
    };
  }, [tab, ask, variableEditor]);
  return null;
}

function firstText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const found = firstText(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
