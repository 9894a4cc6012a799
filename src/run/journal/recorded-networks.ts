import { neuronActivity, neuronImportance } from '../../methods/readings/neuron-importance.js';
import type { JournalHeader } from './header.js';

type RecordedNetworks = JournalHeader['networks'];

/**
 * What a journal says of its networks. Earlier versions of the program listed what is read of a network's units, α of each
 * above its activity, as an output of two rows behind the maps.
 */
export function recordedNetworks({ networks }: Pick<JournalHeader, 'networks'>): RecordedNetworks {
  return networks.map((network) => {
    const units = network.outputs.find(({ method }) => method === neuronImportance.name);
    if (units === undefined) return network;
    const outputs = network.outputs.filter((output) => output !== units);
    const readings = [neuronImportance, neuronActivity].map(({ name: reading }, i) => ({
      ...{ reading, layer: units.layer, shape: [units.width], perClass: i === 0 },
    }));
    return { ...network, outputs, readings };
  });
}
