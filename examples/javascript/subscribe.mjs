// Prints the counts of a job whenever they change: subscribe.mjs JOB
// TOKEN says who asks, CUEGATE_URL where. The same lines work in a page: EventSource cannot send a token, and fetch can.

const url = process.env['CUEGATE_URL'] ?? 'http://127.0.0.1:8448';

/** Yields the answers of a subscription. */
async function* subscribe(query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env['TOKEN']}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query, variables }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    // An event ends with an empty line. Whatever is no `next` keeps the connection alive, or ends it.
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = /^event: next\ndata: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

const query = `subscription ($name: String!) {
  job(name: $name, everyMs: 1000) { state priority jobStats { runningFrames deadFrames } }
}`;
for await (const { data, errors } of subscribe(query, { name: process.argv[2] })) {
  if (errors) throw new Error(errors[0].message);
  console.log(JSON.stringify(data.job));
}
