import { flagOf, type Option, options } from './settings.ts';

/** The settings by group, in the table's order. By hand, since Node 20 has no Map.groupBy. */
export function groupOptions(): ReadonlyMap<Option['group'], readonly Option[]> {
  const groups = new Map<Option['group'], Option[]>();
  for (const option of options as readonly Option[]) {
    groups.set(option.group, [...(groups.get(option.group) ?? []), option]);
  }
  return groups;
}

/** `docs/configuration.md`: every setting, out of the one table. */
export function formatConfigurationPage(): string {
  const sections = [...groupOptions()].map(([group, members]) => {
    const rows = members.map(formatRow);
    return [`## ${group}`, '', '| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
  });
  return `# Configuration

Every setting is an environment variable and a command-line option (\`REST_PORT\`, \`--rest-port\`); the option wins. \`cuegate serve --config
FILE\` reads a YAML file of them as well, over which both win; \`--example-config\` prints one, \`--print-config\` what counts in the end, and
\`--check-config\` what is wrong. cuegate reads
them once, reports all mistakes together and does not start with any. Misspelt names of the environment are told at start. Secrets can also be read from a file: \`JWT_SECRET_FILE\`.
This page is written by \`npm run codegen\` from the table that also makes \`cuegate help\`.

${sections.join('\n\n')}
`;
}

function formatRow(option: Option): string {
  const choices =
    option.choices === undefined ? '' : ` One of: ${option.choices.map((choice) => `\`${choice}\``).join(', ')}.`;
  const fallback = option.default === undefined ? '–' : `\`${option.default}\``;
  return `| \`${option.name}\`<br>\`${flagOf(option.name)}\` | ${fallback} | ${escapeCell(option.description)}${choices} |`;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*');
}
