import { CnnvizError } from '../../core/errors.js';
import { randomSource } from '../../core/random.js';
import { sizeOf } from '../../core/tensor.js';
import type { Constant } from '../../layers/model.js';
import type { ParameterSpec } from './spec.js';

/** A float32 constant whose numbers are made when they are asked for. */
function madeConstant(shape: readonly number[], fill: (target: Float32Array) => void): Constant {
  return {
    dtype: 'float32',
    shape,
    load() {
      const data = new Float32Array(sizeOf(shape));
      fill(data);
      return { dtype: 'float32', shape, data };
    },
    loadInto: fill,
  };
}

/**
 * What a parameter is before training: weights from a normal distribution of variance 2 / fan-in, biases and means 0,
 * scales and variances 1. The numbers depend on the seed and the parameter's name alone.
 * Source: He, Zhang, Ren, Sun 2015; torch.nn.init.kaiming_normal_
 */
export function initialConstant(
  { role, name, shape: kind }: ParameterSpec,
  shape: readonly number[],
  seed: number,
): Constant {
  if (role === 'bias' || role === 'running_mean') return madeConstant(shape, (target) => void target.fill(0));
  if (role === 'running_var' || kind.kind === 'channels') return madeConstant(shape, (target) => void target.fill(1));
  const std = Math.sqrt(2 / sizeOf(shape.slice(1)));
  return madeConstant(shape, (target) => {
    const { normal } = randomSource(seed, name);
    for (let i = 0; i < target.length; i++) target[i] = std * normal();
  });
}

/** The built-in networks whose trained weights torchvision publishes. */
const PUBLISHED = ['alexnet', 'vgg11', 'vgg16', 'squeezenet1_1', 'resnet18'];

/** Where a network's weights come from, as a command that saves them. */
function weightsFrom(network: string): string {
  if (PUBLISHED.includes(network)) {
    return `PyTorch saves the published ones: python -c "import torch, torchvision; torch.save(torchvision.models.${network}(weights='DEFAULT').state_dict(), '${network}.pth')"`;
  }
  return "a network of your own is saved where it was trained: torch.save(model.state_dict(), 'weights.pth')";
}

/** A parameter of which only the shape is known. */
export function missingConstant(name: string, shape: readonly number[], network: string): Constant {
  const refuse = (): never => {
    throw new CnnvizError('usage', `${network} has no weights: nothing gives "${name}" [${shape.join(', ')}]`, {
      fix: `add --weights FILE (.pth, .safetensors, .npz, .onnx), or --init seed:1 for made-up ones; ${weightsFrom(network)}`,
      scope: 'command',
    });
  };
  return { dtype: 'float32', shape, load: refuse, loadInto: refuse };
}
