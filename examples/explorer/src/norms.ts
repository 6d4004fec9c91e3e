import { centeredNorm, logNorm, type Norm, normalize, percentileNorm, powerNorm, symLogNorm } from 'activation-lens';

/** The norms on offer, in the order of the menu. */
export const NORMS = {
  linear: 'Linear',
  percentile: 'Linear, 2nd to 98th percentile',
  power: 'Power (γ 0.5)',
  log: 'Logarithmic',
  symlog: 'Logarithmic both ways',
  centered: 'Centred on zero',
} as const;

export type NormName = keyof typeof NORMS;

/** A norm as plain data. `reach`: the largest finite magnitude in the layer, from which the symmetric norms take their scale. */
export interface NormSettings {
  readonly name: NormName;
  readonly reach: number;
}

export function createNorm({ name, reach }: NormSettings): Norm {
  switch (name) {
    case 'linear':
      return normalize();
    case 'percentile':
      return percentileNorm();
    case 'power':
      return powerNorm({ gamma: 0.5 });
    case 'log':
      return logNorm();
    case 'symlog':
      return symLogNorm({ linthresh: reach > 0 ? reach / 100 : 1 });
    case 'centered':
      return centeredNorm();
  }
}
