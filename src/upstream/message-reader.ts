/** A message, and whether it is compressed. */
export interface ReadMessage {
  readonly message: Buffer;
  readonly isCompressed: boolean;
}

/** Longer messages keep the memory that they came in; shorter ones would keep that of many others, too. In bytes. */
const worthKeeping = 16 * 1024;

const none: readonly ReadMessage[] = [];

/** Takes gRPC's messages out of the bytes of a stream: a flag, a length of four bytes, and the message. */
export class MessageReader {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  /** How many bytes the next message has, with the five in front of it; undefined: that has not arrived. */
  #wanted: number | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is complete with these bytes; `tooLong` says so of a message, in the words of grpc-js, as soon as its length is known. */
  push(bytes: Buffer): { readonly messages: readonly ReadMessage[]; readonly tooLong?: string } {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    let messages = none;
    while (this.#length >= (this.#wanted ?? 5)) {
      const whole = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      const size = whole.readUInt32BE(1);
      if (size > this.#maxBytes)
        return { messages, tooLong: `Received message larger than max (${size} vs ${this.#maxBytes})` };
      this.#wanted = 5 + size;
      this.#pieces = [whole];
      if (whole.length < this.#wanted) break;
      const message = whole.subarray(5, this.#wanted);
      messages = [
        ...messages,
        { message: size < worthKeeping ? Buffer.from(message) : message, isCompressed: whole[0] === 1 },
      ];
      const rest = whole.subarray(this.#wanted);
      this.#pieces = rest.length > 0 ? [rest] : [];
      this.#length = rest.length;
      this.#wanted = undefined;
    }
    return { messages };
  }
}
