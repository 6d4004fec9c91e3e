/**
 * Maps of RGBA words onto a render target: one rectangle a map. What lies between them is left as it was cleared. Nearest takes the value
 * whose square the pixel's centre lies in (framed: where the map's edges lie between the cell's pixels); linear mixes the four around it, colour by colour, and never beyond the map.
 */
export function presentShader(scaling: 'nearest' | 'linear' | 'framed'): string {
  return /* wgsl */ `
struct Panel {
  x: u32, y: u32, columns: u32, gap: u32,
  cellWidth: u32, cellHeight: u32, mapWidth: u32, mapHeight: u32,
  targetWidth: u32, targetHeight: u32, padding0: u32, padding1: u32,
  // Where a framed map lies exactly, seen from its cell: left, top, width, height.
  frame: vec4<f32>
}

// Map after map.
@group(0) @binding(0) var<storage, read> maps: array<u32>;
@group(0) @binding(1) var<uniform> panel: Panel;

struct Cell {
  @builtin(position) position: vec4<f32>,
  // Left, top, and the map's first word.
  @location(0) @interpolate(flat) place: vec3<u32>
}

@vertex
fn vertex(@builtin(vertex_index) i: u32, @builtin(instance_index) map: u32) -> Cell {
  let left = panel.x + (map % panel.columns) * (panel.cellWidth + panel.gap);
  let top = panel.y + (map / panel.columns) * (panel.cellHeight + panel.gap);
  let x = f32(left + select(0u, panel.cellWidth, (i & 1u) == 1u)) / f32(panel.targetWidth);
  let y = f32(top + select(0u, panel.cellHeight, i >= 2u)) / f32(panel.targetHeight);
  return Cell(vec4<f32>(2.0 * x - 1.0, 1.0 - 2.0 * y, 0.0, 1.0), vec3<u32>(left, top, map * panel.mapWidth * panel.mapHeight));
}

// Colours times alpha, as a canvas wants them.
fn colorAt(word: u32) -> vec4<f32> {
  let color = unpack4x8unorm(maps[word]);
  return vec4<f32>(color.rgb * color.a, color.a);
}

// floor((2 at + 1) size / 2 cell): guessed by a float and put right, for an integer division costs more than all the rest.
fn nearest(at: u32, cell: u32, size: u32) -> u32 {
  let wanted = (2u * at + 1u) * size;
  var guess = min(u32((f32(at) + 0.5) * (f32(size) / f32(cell))), size - 1u);
  guess += select(0u, 1u, (guess + 1u) * 2u * cell <= wanted);
  guess -= select(0u, 1u, guess * 2u * cell > wanted);
  return guess;
}

@fragment
fn fragment(in: Cell) -> @location(0) vec4<f32> {
  let left = u32(in.position.x) - in.place.x;
  let top = u32(in.position.y) - in.place.y;
${{ nearest: pickNearest, framed: pickFramed, linear: mixLinear }[scaling]}
}
`;
}

const pickNearest = `
  let row = nearest(top, panel.cellHeight, panel.mapHeight);
  return colorAt(in.place.z + row * panel.mapWidth + nearest(left, panel.cellWidth, panel.mapWidth));`;

const pickFramed = `
  let size = vec2<f32>(f32(panel.mapWidth), f32(panel.mapHeight));
  let at = vec2<u32>(clamp((vec2<f32>(f32(left), f32(top)) + 0.5 - panel.frame.xy) * size / panel.frame.zw, vec2<f32>(0.0), size - 1.0));
  return colorAt(in.place.z + at.y * panel.mapWidth + at.x);`;

const mixLinear = `
  let sourceX = clamp((f32(left) + 0.5) * f32(panel.mapWidth) / f32(panel.cellWidth) - 0.5, 0.0, f32(panel.mapWidth - 1u));
  let sourceY = clamp((f32(top) + 0.5) * f32(panel.mapHeight) / f32(panel.cellHeight) - 0.5, 0.0, f32(panel.mapHeight - 1u));
  let x0 = u32(sourceX);
  let x1 = min(x0 + 1u, panel.mapWidth - 1u);
  let row0 = in.place.z + u32(sourceY) * panel.mapWidth;
  let row1 = in.place.z + min(u32(sourceY) + 1u, panel.mapHeight - 1u) * panel.mapWidth;
  let above = mix(colorAt(row0 + x0), colorAt(row0 + x1), fract(sourceX));
  let below = mix(colorAt(row1 + x0), colorAt(row1 + x1), fract(sourceX));
  return mix(above, below, fract(sourceY));`;
