import type { TopLevelSpec } from 'vega-lite';

/** Readable in grey and on white paper: dark ink, series told apart by dash and shape before colour. */
const CONFIG = {
  background: 'white',
  font: 'sans-serif',
  view: { continuousWidth: 420, continuousHeight: 280, stroke: '#bbb' },
  axis: { labelFontSize: 11, titleFontSize: 12, gridColor: '#e4e4e4' },
  legend: { labelFontSize: 11, titleFontSize: 11, symbolStrokeWidth: 2, labelLimit: 300 },
  title: { fontSize: 13, anchor: 'start', subtitleFontSize: 11, subtitleColor: '#444' },
  // Dark to light in even steps of luminance: told apart in print, too.
  range: {
    category: ['#111111', '#b2182b', '#2166ac', '#5aae61', '#9970ab', '#e08214', '#7f7f7f', '#c7a76c'],
  },
};

/**
 * Draws a Vega-Lite specification as SVG, without a browser. Same specification, same bytes: text is measured by
 * Vega's own estimate, as no canvas is there, and ids within the file count from 0.
 */
export async function drawFigure(spec: Readonly<Record<string, unknown>>): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const { spec: compiled } = vegaLite.compile({ ...spec, config: CONFIG } as unknown as TopLevelSpec);
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
