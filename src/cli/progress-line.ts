/** How far a network is. */
export interface ProgressState {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  /** Seconds since the first image was begun. */
  readonly seconds: number;
}

/** Images that must be done before a time left is worth saying. */
const ENOUGH = 2;

/** Images per second; undefined until one is done. */
export function imagesPerSecond({ done, seconds }: ProgressState): number | undefined {
  return done > 0 && seconds > 0 ? done / seconds : undefined;
}

/** What is known so far: `12/60 images, 3.1 images/s, 15 s left`; no rate and no time before there is one. */
export function progressText(state: ProgressState): string {
  const { done, total } = state;
  const rate = imagesPerSecond(state);
  const speed = rate === undefined ? [] : [`${rate.toFixed(1)} images/s`];
  const left =
    rate === undefined || done < ENOUGH || done >= total ? [] : [`${duration((total - done) / rate)} left`];
  return [`${done}/${total} images`, ...speed, ...left].join(', ');
}

/** Whole seconds, minutes or hours, as a person would say them. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const LEAST_BAR = 6;
const WIDEST_BAR = 40;

/**
 * One line of at most `width` characters: name, bar, text. A name that is too long is cut, and the bar goes where there
 * is no room for both.
 */
export function progressLine(state: ProgressState, width: number): string {
  const text = progressText(state);
  const room = width - text.length - state.name.length - 2;
  if (room < LEAST_BAR)
    return `${cut(state.name, Math.max(1, width - text.length - 2))}: ${text}`.slice(0, width);
  const size = Math.min(WIDEST_BAR, room);
  const full = state.total === 0 ? size : Math.floor((size * state.done) / state.total);
  return `${state.name} ${'█'.repeat(full)}${'░'.repeat(size - full)} ${text}`;
}

function cut(name: string, length: number): string {
  return name.length <= length ? name : `${name.slice(0, Math.max(0, length - 1))}…`;
}
