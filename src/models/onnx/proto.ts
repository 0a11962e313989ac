import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './builder.js';
import { type Beside, floatsOf, readTensor } from './tensor.js';
import { damaged, expectBytes, expectVarint, type Field, int32Of, int64Of, openWire, type Wire } from './wire.js';

/**
 * Reads an ONNX file's graph; the numbers of its tensors stay in the file until they are asked for. Unknown fields are
 * passed over. The depth is that of the schema (model, graph, node, attribute, tensor): graphs within nodes are not read.
 * Source: github.com/onnx/onnx, onnx/onnx.proto
 * @param beside reads files beside the model, for external data
 * @throws CnnvizError 'format' with the byte, or 'unsupported'
 */
export function readOnnx(source: ByteSource, beside: Beside): OnnxModel {
  const wire = openWire(source);
  const opsets = new Map<string, number>();
  let graph: Field | null = null;
  for (const field of wire.fields(0, source.size)) {
    if (field.number === 7) {
      if (graph) throw damaged(field.from, 'a second graph');
      graph = expectBytes(field);
    } else if (field.number === 8) {
      const { domain, version } = readOpset(wire, expectBytes(field));
      opsets.set(domain === 'ai.onnx' ? '' : domain, version);
    } else if (field.number === 20) {
      throw new CnnvizError('unsupported', 'a model with training information', { fix: 'export it for inference' });
    } else if (field.number === 25) {
      throw new CnnvizError('unsupported', 'a model with functions of its own', {
        fix: 'inline them: onnx.inliner.inline_local_functions',
      });
    }
  }
  if (!graph) throw damaged(0, 'it has no graph');
  return { opsets, ...readGraph(wire, graph, beside) };
}

/** Whether a file begins as an ONNX model does: a small IR version, then a field that a model has. */
export function looksLikeOnnx(source: ByteSource): boolean {
  const [key, version, next] = source.read(0, Math.min(3, source.size));
  return key === 0x08 && version >= 1 && version < 0x20 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next);
}

function readOpset(wire: Wire, message: Field): { domain: string; version: number } {
  let [domain, version] = ['', 0];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) domain = wire.text(field);
    else if (field.number === 2) version = int64Of(expectVarint(field));
  }
  return { domain, version };
}

function readGraph(wire: Wire, message: Field, beside: Beside): Omit<OnnxModel, 'opsets'> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values = new Map<string, OnnxValue>();
  for (const field of wire.fields(message.from, message.length)) {
    switch (field.number) {
      case 1:
        nodes.push(readNode(wire, expectBytes(field), beside));
        break;
      case 5: {
        const tensor = readTensor(wire, expectBytes(field), beside);
        if (initializers.has(tensor.name)) throw damaged(field.from, `two initializers are called "${tensor.name}"`);
        initializers.set(tensor.name, tensor);
        break;
      }
      case 11:
        inputs.push(readValue(wire, expectBytes(field)));
        break;
      case 12:
        outputs.push(readValue(wire, expectBytes(field)));
        break;
      case 13: {
        const value = readValue(wire, expectBytes(field));
        values.set(value.name, value);
        break;
      }
      case 15:
        throw new CnnvizError('unsupported', `a sparse initializer (byte ${field.from})`, {
          fix: 'store it as a dense tensor',
        });
    }
  }
  return { nodes, initializers, inputs, outputs, values };
}

function readNode(wire: Wire, message: Field, beside: Beside): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let [name, operator, domain] = ['', '', ''];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) inputs.push(wire.text(field));
    else if (field.number === 2) outputs.push(wire.text(field));
    else if (field.number === 3) name = wire.text(field);
    else if (field.number === 4) operator = wire.text(field);
    else if (field.number === 5) {
      const attribute = readAttribute(wire, expectBytes(field), beside);
      attributes.set(attribute.name, attribute.value);
    } else if (field.number === 7) domain = wire.text(field);
  }
  return { name, operator, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = ['', 'float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings'] as const;

function readAttribute(wire: Wire, message: Field, beside: Beside): { name: string; value: OnnxAttribute } {
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  let [name, type] = ['', 0];
  let [float, int, text] = [0, 0, ''];
  let tensor: OnnxTensor | null = null;
  let told = '';
  for (const field of wire.fields(message.from, message.length)) {
    switch (field.number) {
      case 1:
        name = wire.text(field);
        break;
      case 2:
        float = floatsOf(wire, field)[0] ?? 0;
        told ||= 'float';
        break;
      case 3:
        int = int64Of(expectVarint(field));
        told ||= 'int';
        break;
      case 4:
        text = textOrNothing(wire, field);
        told ||= 'string';
        break;
      case 5:
        tensor = readTensor(wire, expectBytes(field), beside);
        told ||= 'tensor';
        break;
      case 7:
        for (const value of floatsOf(wire, field)) floats.push(value);
        told ||= 'floats';
        break;
      case 8:
        if (field.type === 'bytes') for (const value of wire.varints(field)) ints.push(int64Of(value));
        else ints.push(int64Of(expectVarint(field)));
        told ||= 'ints';
        break;
      case 9:
        strings.push(textOrNothing(wire, field));
        told ||= 'strings';
        break;
      case 20:
        type = int32Of(expectVarint(field));
        break;
    }
  }
  const kind = ATTRIBUTE_TYPES[type] || told;
  return { name, value: attributeOf(kind, { float, int, text, tensor, floats, ints, strings }) };
}

interface AttributeFields {
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly tensor: OnnxTensor | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
}

function attributeOf(kind: string, fields: AttributeFields): OnnxAttribute {
  switch (kind) {
    case 'float':
      return { type: 'float', value: fields.float };
    case 'int':
      return { type: 'int', value: fields.int };
    case 'string':
      return { type: 'string', value: fields.text };
    case 'floats':
      return { type: 'floats', value: fields.floats };
    case 'ints':
      return { type: 'ints', value: fields.ints };
    case 'strings':
      return { type: 'strings', value: fields.strings };
    default:
      if (kind === 'tensor' && fields.tensor) return { type: 'tensor', value: fields.tensor };
      return { type: 'other', value: kind };
  }
}

/** Attributes of bytes need not be text; what is not, is nothing an operator knows. */
function textOrNothing(wire: Wire, field: Field): string {
  expectBytes(field);
  const bytes = wire.source.read(field.from, Math.min(field.length, 1024));
  return new TextDecoder().decode(bytes);
}

/** A ValueInfoProto: name, and type and shape of a tensor. */
function readValue(wire: Wire, message: Field): OnnxValue {
  let name = '';
  let elementType = 0;
  let shape: (number | null)[] | null = null;
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) name = wire.text(field);
    if (field.number !== 2) continue;
    for (const kind of wire.fields(expectBytes(field).from, field.length)) {
      // sequences, maps and optional values
      if (kind.number !== 1) {
        if ([4, 5, 8, 9].includes(kind.number)) elementType = -1;
        continue;
      }
      for (const part of wire.fields(expectBytes(kind).from, kind.length)) {
        if (part.number === 1) elementType = int32Of(expectVarint(part));
        else if (part.number === 2) shape = readShape(wire, expectBytes(part));
      }
    }
  }
  return { name, elementType, shape };
}

function readShape(wire: Wire, message: Field): (number | null)[] {
  const shape: (number | null)[] = [];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number !== 1) continue;
    let side: number | null = null;
    for (const part of wire.fields(expectBytes(field).from, field.length)) {
      if (part.number !== 1) continue;
      const value = int64Of(expectVarint(part));
      // exporters write 0 and −1 for a side of any size
      side = value > 0 && Number.isSafeInteger(value) ? value : null;
    }
    shape.push(side);
    if (shape.length > 64) throw damaged(field.from, 'a shape of more than 64 axes');
  }
  return shape;
}
