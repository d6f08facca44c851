/**
 * The results of a subscription as they come, out of an event stream
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html) whose events `next` carry them. The browser's own EventSource
 * cannot send a token.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const result = lines.find((line) => line.startsWith('data:'))?.slice('data:'.length);
      if (lines.includes('event: next') && result !== undefined) yield JSON.parse(result);
    }
  }
}
