/**
 * The image that networks.jsonl was made with: [1, 3, height, width], about ±1.9, as a preprocessed one.
 *
 *     x[c,y,x] = sin(6.1u + 3.7v² + 1.3c + phase) + 0.6·sin(23.3uv + 9.1v − 2.1c + 0.7·phase)
 *              + 0.3·sin(61.7u − 47.9v + c·u),   u = x / width, v = y / height
 *
 * Waves without symmetry, so that no two pixels tie; `phase` is chosen per network such that no activation stands
 * so near a kink that float32 falls on its other side.
 */
export function probeInput(height: number, width: number, phase: number): Float32Array {
  const image = new Float32Array(3 * height * width);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const u = x / width;
        const v = y / height;
        image[(c * height + y) * width + x] =
          Math.sin(6.1 * u + 3.7 * v * v + 1.3 * c + phase) +
          0.6 * Math.sin(23.3 * u * v + 9.1 * v - 2.1 * c + 0.7 * phase) +
          0.3 * Math.sin(61.7 * u - 47.9 * v + c * u);
      }
    }
  }
  return image;
}
