/**
 * Maps of RGBA words onto a render target: one rectangle a panel. A pixel between maps is left as it was cleared. Nearest takes the value
 * whose square the pixel's centre lies in, in integers; linear mixes the four around it, colour by colour, and never beyond the map.
 */
export const presentShader = /* wgsl */ `
struct Panel {
  x: u32, y: u32, width: u32, height: u32,
  cellWidth: u32, cellHeight: u32, columns: u32, gap: u32,
  mapWidth: u32, mapHeight: u32, count: u32, linear: u32,
  targetWidth: u32, targetHeight: u32, padding0: u32, padding1: u32
}

// Map after map.
@group(0) @binding(0) var<storage, read> maps: array<u32>;
@group(0) @binding(1) var<uniform> panel: Panel;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> {
  let x = f32(panel.x + select(0u, panel.width, (i & 1u) == 1u)) / f32(panel.targetWidth);
  let y = f32(panel.y + select(0u, panel.height, i >= 2u)) / f32(panel.targetHeight);
  return vec4<f32>(2.0 * x - 1.0, 1.0 - 2.0 * y, 0.0, 1.0);
}

// Colours times alpha, as a canvas wants them.
fn colorAt(map: u32, x: u32, y: u32) -> vec4<f32> {
  let color = unpack4x8unorm(maps[(map * panel.mapHeight + y) * panel.mapWidth + x]);
  return vec4<f32>(color.rgb * color.a, color.a);
}

@fragment
fn fragment(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
  let x = u32(position.x) - panel.x;
  let y = u32(position.y) - panel.y;
  let across = x / (panel.cellWidth + panel.gap);
  let down = y / (panel.cellHeight + panel.gap);
  let left = x - across * (panel.cellWidth + panel.gap);
  let top = y - down * (panel.cellHeight + panel.gap);
  let map = down * panel.columns + across;
  if (left >= panel.cellWidth || top >= panel.cellHeight || map >= panel.count) { discard; }
  if (panel.linear == 0u) {
    let column = min(panel.mapWidth - 1u, ((2u * left + 1u) * panel.mapWidth) / (2u * panel.cellWidth));
    let row = min(panel.mapHeight - 1u, ((2u * top + 1u) * panel.mapHeight) / (2u * panel.cellHeight));
    return colorAt(map, column, row);
  }
  let sourceX = clamp((f32(left) + 0.5) * f32(panel.mapWidth) / f32(panel.cellWidth) - 0.5, 0.0, f32(panel.mapWidth - 1u));
  let sourceY = clamp((f32(top) + 0.5) * f32(panel.mapHeight) / f32(panel.cellHeight) - 0.5, 0.0, f32(panel.mapHeight - 1u));
  let x0 = u32(sourceX);
  let y0 = u32(sourceY);
  let x1 = min(x0 + 1u, panel.mapWidth - 1u);
  let y1 = min(y0 + 1u, panel.mapHeight - 1u);
  let above = mix(colorAt(map, x0, y0), colorAt(map, x1, y0), sourceX - f32(x0));
  let below = mix(colorAt(map, x0, y1), colorAt(map, x1, y1), sourceX - f32(x0));
  return mix(above, below, sourceY - f32(y0));
}
`;
