/** Threads of a workgroup, each way. */
export const FRAME_THREADS = 8;

/**
 * One of the two passes of Pillow's resampling, in its fixed-point arithmetic: every sample of the result is a weighted sum along one axis.
 * The first pass reads the frame's texture and leaves RGBA bytes, the second reads those and leaves the tensor's numbers, looked up.
 */
export function frameShader(pass: 'first' | 'second'): string {
  return /* wgsl */ `
// 'along': 0 for sums along rows, 1 along columns. 'stride': weights of a result. 'grey': luma is taken first.
struct Settings { width: u32, height: u32, along: u32, stride: u32, sourceWidth: u32, channels: u32, grey: u32, swapped: u32 }
struct Span { first: i32, count: i32 }

@group(0) @binding(0) var<storage, read> spans: array<Span>;
@group(0) @binding(1) var<storage, read> weights: array<i32>;
@group(0) @binding(2) var<uniform> settings: Settings;
${
  pass === 'first'
    ? `
@group(0) @binding(3) var frame: texture_2d<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;

fn sampleAt(x: u32, y: u32) -> vec4<i32> {
  var color = vec4<i32>(round(textureLoad(frame, vec2<u32>(x, y), 0) * 255.0));
  if (settings.grey == 1u) { color.r = (color.r * 19595 + color.g * 38470 + color.b * 7471 + 0x8000) >> 16u; }
  return color;
}`
    : `
@group(0) @binding(3) var<storage, read> source: array<u32>;
// What each byte becomes, by the tensor's channel.
@group(0) @binding(4) var<storage, read> lookup: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

fn sampleAt(x: u32, y: u32) -> vec4<i32> {
  let word = source[y * settings.sourceWidth + x];
  return vec4<i32>(vec4<u32>(word, word >> 8u, word >> 16u, word >> 24u) & vec4<u32>(255u));
}`
}

@compute @workgroup_size(${FRAME_THREADS}, ${FRAME_THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= settings.width || id.y >= settings.height) { return; }
  let place = select(id.x, id.y, settings.along == 1u);
  let span = spans[place];
  // Half of the last place, then cut: Pillow's 22 bits behind the point.
  var total = vec4<i32>(1 << 21u);
  // The question whether to go on comes last: limits-alone.wgsl.ts says why. A place outside the frame has no samples.
  var j = 0;
  loop {
    let at = u32(span.first + j);
    let color = sampleAt(select(at, id.x, settings.along == 1u), select(id.y, at, settings.along == 1u));
    total += color * select(0, weights[place * settings.stride + u32(j)], j < span.count);
    j++;
    continuing { break if j >= span.count; }
  }
  let bytes = clamp(total >> vec4<u32>(22u), vec4<i32>(0), vec4<i32>(255));
${
  pass === 'first'
    ? `
  result[id.y * settings.width + id.x] = u32(bytes.r) | (u32(bytes.g) << 8u) | (u32(bytes.b) << 16u) | (u32(bytes.a) << 24u);`
    : `
  let start = (id.y * settings.width + id.x) * settings.channels;
  var c = 0u;
  loop {
    let origin = select(c, 2u - min(c, 2u), settings.swapped == 1u);
    result[start + c] = lookup[c * 256u + u32(bytes[origin])];
    c++;
    continuing { break if c >= settings.channels; }
  }`
}
}
`;
}
