/** `extensions.explain` of an answer, as far as it is shown. */
export interface Explanation {
  readonly calls: number;
  readonly fields: readonly {
    readonly field: string;
    readonly rpc: string;
    readonly calls: number;
    readonly objects: number;
    readonly slowestMs: number;
  }[];
}

/** Which calls the last answer took, below it: the answer itself has them at its end, which may be far away. */
export function ExplanationTable({ calls, fields }: Explanation) {
  return (
    <table className="explanation">
      <caption>{calls === 1 ? 'One call to Cuebot' : `${calls} calls to Cuebot`}</caption>
      <thead>
        <tr>
          <th>field</th>
          <th>RPC</th>
          <th>calls</th>
          <th>objects</th>
          <th>slowest</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((row) => (
          <tr key={`${row.field} ${row.rpc}`}>
            <td>{row.field}</td>
            <td>{row.rpc.replace(/^.*\.(\w+?)(?:Interface)?\/(\w+)$/, '$1.$2')}</td>
            <td>{row.calls}</td>
            <td>{row.objects}</td>
            <td>{Math.round(row.slowestMs)} ms</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
