import { isInitial } from './batch-norms.js';
import type { Look } from './finding.js';
import { type Origin, originOf } from './initial.js';
import type { Weight } from './weights.js';

const NAMED = 4;

/** Weights as a random generator left them: of all layers an untrained network, of some one that was loaded in part. */
export const lookForUntrained: Look = ({ weights, norms }) => {
  const origins = weights.map((weight) => ({ weight, origin: originOf(weight) }));
  const drawn = origins.filter(isAsDrawn);
  const trained = origins.filter(({ origin }) => origin.kind === 'trained');
  const resting = norms.filter(isInitial);
  // small trained layers may look normal: beside others that are trained they say nothing by themselves
  const isTold = trained.length === 0 || resting.length > 0 || drawn.some(({ origin }) => origin.isSure);
  const initial = isTold ? drawn : [];
  const learnt = norms.length - resting.length;
  if (initial.length === 0 && resting.length === 0) return [];
  const isHalf = (trained.length > 0 || learnt > 0) && initial.length + resting.length > 0;
  const counted = [
    ...(initial.length > 0 ? [`${initial.length} of ${initial.length + trained.length} weights that can be told`] : []),
    ...(resting.length > 0
      ? [`${resting.length} of ${norms.length} batch norms (weight 1, bias 0, mean 0, variance 1)`]
      : []),
  ].join(' and ');
  const names = [...initial.map(({ weight }) => weight.node.name), ...resting.map(({ node }) => node.name)];
  const example = initial[0] ? `; ${initial[0].weight.name} is ${initial[0].origin.how}` : '';
  const some = `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ' …' : ''}`;
  const first = initial[0]?.weight.node.name ?? resting[0].node.name;
  const numbers = {
    initial: initial.length,
    trained: trained.length,
    restingBatchNorms: resting.length,
    batchNorms: norms.length,
    layers: names,
  };
  if (!isHalf) {
    return [
      {
        kind: 'untrained',
        severity: 'broken',
        layer: null,
        channels: null,
        what: `the network looks untrained: ${counted} are as a random generator or the framework left them${example}`,
        numbers,
        fix: 'give it trained weights: NET@FILE, or load_state_dict before the export',
      },
    ];
  }
  return [
    {
      kind: 'half-loaded',
      severity: 'broken',
      layer: first,
      channels: null,
      what: `the network looks loaded in part: ${counted} are at their initial state (${some})${example}; the others are trained`,
      numbers,
      fix: 'look at the names: load_state_dict(…, strict=True) tells those that do not fit; a new head has to be trained',
    },
  ];
};

type Judged = { readonly weight: Weight; readonly origin: Origin };

function isAsDrawn(one: Judged): one is Judged & { readonly origin: Origin & { readonly kind: 'initial' } } {
  return one.origin.kind === 'initial';
}
