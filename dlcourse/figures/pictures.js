// Small gray pictures on a canvas.

import { color } from "./kit.js";

/** Paint values from 0 to `most` in a canvas of side x side pixels, from the color of paper to that of ink. */
export function painted(canvas, values, side, most) {
  const paper = color(canvas, "--dl-paper"), ink = color(canvas, "--dl-line");
  Object.assign(canvas, { width: side, height: side });
  const brush = canvas.getContext("2d"), image = brush.createImageData(side, side);
  values.forEach((value, i) => {
    const share = most ? value / most : 0;
    image.data.set([...[0, 1, 2].map(c => paper[c] + share * (ink[c] - paper[c])), 255], 4 * i);
  });
  brush.putImageData(image, 0, 0);
}
