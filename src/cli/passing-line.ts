/** A line that stands for as long as something takes: the next thing that is printed takes its place. */
export class PassingLine {
  readonly #stream: NodeJS.WriteStream;
  #stands = false;

  /** @param stream a terminal */
  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    this.clear();
    this.#stream.write(`${text}\r`);
    this.#stands = true;
  }

  clear(): void {
    if (this.#stands) this.#stream.write('\r\u001b[K');
    this.#stands = false;
  }
}
