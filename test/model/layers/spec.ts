import type { BuildContext, Layer, LayerSpec } from '../../../src/model/layers';
import { buildLayer } from '../../../src/model/layers';

/** A spec as it comes from a file, by default of Keras 3, called with one tensor. */
export function specOf(className: string, config: Record<string, unknown> = {}, more: Partial<LayerSpec> = {}): LayerSpec {
  return {
    className,
    name: 'it',
    path: 'outer/it',
    config,
    keras: { major: 3, text: '3.15.1' },
    call: { args: [{ tensor: 0 }], kwargs: {} },
    ...more,
  };
}

export const context: BuildContext = { build: (spec) => buildLayer(spec, context) };

export function build(className: string, config: Record<string, unknown> = {}, more: Partial<LayerSpec> = {}): Layer {
  return buildLayer(specOf(className, config, more), context);
}

export const keras2 = { keras: { major: 2, text: '2.13.1' } } as const;
export const keras1 = { keras: { major: 1, text: '1.2.2' } } as const;
