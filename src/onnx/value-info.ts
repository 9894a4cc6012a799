import { ModelError } from '../base/errors.js';
import type { ValueInfo } from './graph.js';
import type { ValueInfoProto } from './schema.js';
import { dtypeOf } from './tensor.js';

/** @throws ModelError when the input is no tensor, or of elements that no classifier reads */
export function inputOf(proto: ValueInfoProto): ValueInfo {
  const { type } = proto;
  const code = type?.tensorType?.elemType ?? 1;
  if ((type !== undefined && type.tensorType === undefined) || dtypeOf(code) === undefined) {
    const what = type?.tensorType === undefined ? 'no tensor' : `of element type ${code}`;
    throw new ModelError(
      `the model's input \`${proto.name ?? ''}\` is ${what}; expected float32 [N,3,height,width]`,
    );
  }
  return valueInfoOf(proto);
}

/** Sizes of 0 and below mean what a missing one does: exporters write them where the caller chooses. */
export function valueInfoOf(proto: ValueInfoProto): ValueInfo {
  const tensor = proto.type?.tensorType;
  const shape = (tensor?.shape?.dim ?? []).map((dim, axis) =>
    dim.dimValue !== undefined && dim.dimValue > 0 ? dim.dimValue : dim.dimParam || `dim${axis}`,
  );
  return { name: proto.name ?? '', dtype: dtypeOf(tensor?.elemType ?? 1) ?? 'float32', shape };
}
