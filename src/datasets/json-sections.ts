import { Assembler } from 'stream-json/core/assembler.js';
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { DataError, messageOf, shortened } from '../base/errors.js';
import { withRegularFile } from '../base/read-file.js';

const CHUNK_BYTES = 256 * 1024;

/** Numbers, texts and brackets of one field of an element; the longest that have a meaning, outlines, have fewer points. */
const MOST_VALUES = 4_000_000;

/** Stands in an element for a field that was too long to be kept. */
export const TOO_LONG = Symbol(`more than ${MOST_VALUES / 1e6} million values`);

/**
 * Goes through a large JSON file that holds one object of arrays, element by element. Only one element is in memory
 * at a time. A field of more than 4 million values is replaced by TOO_LONG.
 *
 * @param take for each section that is wanted, what to do with its next element; other sections are passed over
 * @throws DataError naming the file: not JSON, cut off, another form, or without one of the wanted sections
 */
export async function readSections(
  path: string,
  what: string,
  take: Readonly<Record<string, (element: unknown, index: number) => void>>,
): Promise<void> {
  const sections = new Sections(path, take);
  await withRegularFile(path, what, async (file) => {
    const parse = jsonParser({ streamValues: false });
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES })) {
      for (const token of tokens(path, () => parse(decoder.decode(chunk as Buffer, { stream: true })))) {
        sections.consume(token);
      }
    }
  });
  sections.finish();
}

/** The tokens of a piece of text. The parser's and the decoder's own words become one message. */
function tokens(path: string, parse: () => unknown): readonly Token[] {
  try {
    const parsed = parse();
    return typeof parsed === 'object' && parsed !== null && 'values' in parsed
      ? (parsed.values as readonly Token[])
      : [];
  } catch (error) {
    throw new DataError(`${path}: not well-formed JSON in UTF-8: ${shortened(messageOf(error), 200)}`);
  }
}

/** Inside an element: the file's object, the section's list, the element. */
const ELEMENT_DEPTH = 3;

class Sections {
  readonly #path: string;
  readonly #take: Readonly<Record<string, (element: unknown, index: number) => void>>;
  readonly #counts = new Map<string, number>();
  #depth = 0;
  #section = '';
  #ended = false;
  #element: Assembler | undefined;
  /** Of the element's current field. */
  #values = 0;
  #passingOver = false;

  constructor(path: string, take: Readonly<Record<string, (element: unknown, index: number) => void>>) {
    this.#path = path;
    this.#take = take;
  }

  consume(token: Token): void {
    if (this.#element !== undefined) this.#collect(this.#element, token);
    else if (this.#depth === 0 && token.name !== 'startObject') {
      throw new DataError(`${this.#path}: expected a JSON object of lists`);
    } else if (this.#depth === 1 && token.name === 'keyValue') this.#section = token.value;
    else if (this.#depth === 1 && token.name !== 'endObject') this.#begin(token);
    else if (this.#depth === 2 && token.name !== 'endArray' && Object.hasOwn(this.#take, this.#section)) {
      this.#element = new Assembler();
      this.#values = 0;
      this.#element.consume(token);
    }
    if (token.name === 'startObject' || token.name === 'startArray') this.#depth++;
    if (token.name === 'endObject' || token.name === 'endArray') this.#depth--;
    if (this.#depth === ELEMENT_DEPTH && this.#passingOver) {
      this.#passingOver = false;
      this.#values = 0;
    }
    if (this.#element !== undefined && this.#depth === 2) this.#finishElement(this.#element);
    if (this.#depth === 0) this.#ended = true;
  }

  #collect(element: Assembler, token: Token): void {
    if (this.#depth === ELEMENT_DEPTH && token.name === 'keyValue') this.#values = 0;
    if (this.#passingOver) return;
    if (++this.#values <= MOST_VALUES) {
      element.consume(token);
      return;
    }
    element.dropToLevel(1);
    const { current, key } = element as { readonly current: unknown; readonly key: string | null };
    if (this.#depth === ELEMENT_DEPTH || Array.isArray(current) || key === null) {
      throw new DataError(
        `${this.#path}: an element of \`${this.#section}\` holds more than ${MOST_VALUES / 1e6} million values`,
      );
    }
    (current as Record<string, unknown>)[key] = TOO_LONG;
    this.#passingOver = true;
  }

  /** A section's value; of those that are wanted, only a list will do. */
  #begin({ name }: Token): void {
    if (!Object.hasOwn(this.#take, this.#section)) return;
    if (name !== 'startArray') throw new DataError(`${this.#path}: \`${this.#section}\` must be a list`);
    this.#counts.set(this.#section, this.#counts.get(this.#section) ?? 0);
  }

  #finishElement({ current }: Assembler): void {
    this.#element = undefined;
    const index = this.#counts.get(this.#section)!;
    this.#counts.set(this.#section, index + 1);
    this.#take[this.#section]!(current, index);
  }

  finish(): void {
    if (!this.#ended) throw new DataError(`${this.#path}: the file ends too early: it is empty or cut off`);
    const missing = Object.keys(this.#take).find((section) => !this.#counts.has(section));
    if (missing !== undefined) throw new DataError(`${this.#path}: has no list \`${missing}\``);
  }
}
