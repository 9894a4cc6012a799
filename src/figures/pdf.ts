import PDFDocument from 'pdfkit';
import { fontBytes } from './font.js';
import type { Layout, Mark } from './marks.js';

/** Points per pixel of the layout, as CSS has it. */
const POINTS = 0.75;
/** Of all figures, so that the same figure has the same bytes. */
const CREATED = new Date(0);

/**
 * A laid-out figure as a PDF page of its size, its text as text in the shipped font, of which the letters used are embedded.
 * @param pictures JPEG bytes of each image mark, in their order
 */
export function pdfOf(layout: Layout, pictures: readonly Buffer[], title: string): Promise<Buffer> {
  const { width, height, marks } = layout;
  const document = new PDFDocument({
    size: [width * POINTS, height * POINTS],
    margin: 0,
    info: { Title: title, CreationDate: CREATED },
  });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (part: Buffer) => parts.push(part));
    document.on('end', () => resolve(Buffer.concat(parts)));
    document.on('error', reject);
  });
  document.registerFont('regular', fontBytes('regular'));
  document.registerFont('semibold', fontBytes('semibold'));
  document.scale(POINTS);
  let next = 0;
  for (const mark of marks) {
    if (mark.kind === 'image') {
      const { x, y } = mark;
      document.image(pictures[next++]!, x, y, { width: mark.width, height: mark.height });
    } else {
      drawMark(document, mark);
    }
  }
  document.end();
  return done;
}

function drawMark(document: PDFKit.PDFDocument, mark: Exclude<Mark, { kind: 'image' }>): void {
  if (mark.kind === 'text') {
    document.font(mark.weight).fontSize(mark.size).fillColor(mark.color);
    document.text(mark.text, mark.x, mark.y, { lineBreak: false, baseline: 'alphabetic' });
    return;
  }
  const { x, y, width, height, fill, stroke, strokeWidth = 1, dash } = mark;
  if (fill !== undefined) document.rect(x, y, width, height).fill(fill);
  if (stroke === undefined) return;
  document.save().rect(x, y, width, height).lineWidth(strokeWidth);
  if (dash !== undefined) document.dash(dash[0], { space: dash[1] });
  document.stroke(stroke).restore();
}
