import { lieOver, renderPipeline } from './pipelines';

const shader = /* wgsl */ `
@group(0) @binding(0) var picture: texture_2d<f32>;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4<f32> {
  return vec4<f32>(f32(i & 1u) * 2.0 - 1.0, 1.0 - f32(i >> 1u) * 2.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
  return textureLoad(picture, vec2<u32>(position.xy), 0);
}
`;

/** Lays a canvas, pixel for pixel, over what a texture of the same size shows already. Returns the texture it was copied to, to be destroyed. */
export function recordOverlay(
  device: GPUDevice,
  encoder: GPUCommandEncoder,
  canvas: OffscreenCanvas | HTMLCanvasElement,
  target: GPUTexture,
): GPUTexture {
  const size = [canvas.width, canvas.height];
  const usage = GPUTextureUsage.COPY_DST | GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.RENDER_ATTACHMENT;
  const texture = device.createTexture({ label: 'activation-lens overlay', size, format: 'rgba8unorm', usage });
  device.queue.copyExternalImageToTexture({ source: canvas }, { texture, premultipliedAlpha: true }, size);
  const pipeline = renderPipeline(device, 'activation-lens overlay', target.format, () => shader, lieOver);
  const pass = encoder.beginRenderPass({
    label: 'activation-lens overlay',
    colorAttachments: [{ view: target.createView(), loadOp: 'load', storeOp: 'store' }],
  });
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: texture.createView() }] }),
  );
  pass.draw(4);
  pass.end();
  return texture;
}
